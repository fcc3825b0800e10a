"""The line that a call takes: render → generate → contract → record. Each step is a small function of one shape.

``engine.py`` runs them in order. A step fills in its part of the ``Flow`` and knows nothing of the others.
"""

from collections.abc import Sequence
from typing import Protocol

from assay.author.types import OnViolation, RenderedMessage
from assay.engine.contract import Checker, response_schema
from assay.engine.types import Checked, Flow
from assay.models.provider import providers
from assay.models.retry import RetryPolicy
from assay.models.target import Target
from assay.models.types import Embeddings, Message, Reply, Request


class Generates(Protocol):
    """What the engine needs of a model client."""

    async def generate(
        self,
        target: Target,
        request: Request,
        *,
        timeout_s: float = ...,
        policy: RetryPolicy | None = ...,
        idempotency_key: str | None = ...,
    ) -> Reply:
        """One reply, retries included."""
        ...

    async def embed(self, target: Target, texts: Sequence[str], *, timeout_s: float = ...) -> Embeddings:
        """A vector for each text, retries included."""
        ...


def render(flow: Flow) -> None:
    """Check the values and turn them into messages."""
    prepared = flow.call.prepared
    flow.values = prepared.values.complete(flow.call.inputs)
    flow.rendered = prepared.template.render(flow.values)
    flow.messages = tuple(message(m) for m in flow.rendered)


def message(rendered: RenderedMessage) -> Message:
    """A rendered message as it is sent."""
    return Message(role=rendered.role, content=rendered.content)


def goes_on(key: str | None) -> bool:
    """Whether the key is of a further request of a call that has a reply already, and now wants a better one."""
    return key is not None and "-" in key


async def generate(flow: Flow, client: Generates) -> None:
    """Ask the model once."""
    call = flow.call
    prompt = call.prepared.prompt
    strict = providers.get(call.target.provider).quirks.json_schema == "strict"
    request = Request(
        model=call.target.model,
        messages=flow.messages,
        parameters=call.parameters,
        response_schema=response_schema(prompt.contract, object_root=strict),
        tools=prompt.tools,
    )
    key = f"{flow.key}-{len(flow.replies)}" if flow.key and flow.replies else flow.key
    flow.replies.append(
        await client.generate(call.target, request, timeout_s=call.timeout_s, policy=call.policy, idempotency_key=key)
    )


async def hold_to_contract(flow: Flow, client: Generates, checker: Checker) -> None:
    """Check the reply; repair, ask again or fall back as the contract says."""
    policy = checker.contract.on_violation if checker.contract is not None else OnViolation()
    flow.first = flow.checked = checker.check(flow.replies[-1], flow.values)
    _repair(flow, checker, policy)
    while not flow.checked.valid and policy.action == "retry" and len(flow.replies) <= policy.attempts:
        flow.messages += correction(flow.replies[-1], flow.checked)
        await generate(flow, client)
        flow.checked = checker.check(flow.replies[-1], flow.values)
    if not flow.checked.valid and policy.action != "fail" and policy.reply is not None:
        flow.fallback = True
    _fall_back(flow, policy)


def replay(flow: Flow, checker: Checker) -> None:
    """Check replies that came earlier, as ``hold_to_contract`` did when they came."""
    policy = checker.contract.on_violation if checker.contract is not None else OnViolation()
    flow.first = flow.checked = checker.check(flow.replies[0], flow.values)
    if len(flow.replies) > 1:
        flow.checked = checker.check(flow.replies[-1], flow.values)
    _repair(flow, checker, policy)
    _fall_back(flow, policy)


def _repair(flow: Flow, checker: Checker, policy: OnViolation) -> None:
    if flow.checked is not None and not flow.checked.valid and policy.action == "repair":
        flow.checked = checker.check(flow.replies[-1], flow.values, repair=True)


def _fall_back(flow: Flow, policy: OnViolation) -> None:
    if flow.fallback and policy.reply is not None:
        flow.checked = Checked(policy.reply, policy.reply)


def correction(reply: Reply, checked: Checked) -> tuple[Message, ...]:
    """The two messages that show the model its reply and what is wrong with it."""
    findings = "\n".join(f"- {violation.what}" for violation in checked.violations)
    return (
        Message(role="assistant", content=reply.text or reply.refusal or ""),
        Message(role="user", content=f"That reply cannot be used:\n{findings}\nAnswer again, with the reply alone."),
    )
