"""What goes through the engine, and what comes out: a call, and its outcome."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from assay.author.template import Template
from assay.author.types import Prompt, RenderedMessage
from assay.author.values import Values
from assay.models.retry import RetryPolicy
from assay.models.target import Target
from assay.models.types import Message, Parameters, Reply, Tool, Usage

ExitName = Literal["refuse", "ask", "escalate"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt version, ready to be called any number of times."""

    prompt: Prompt
    digest: str
    template: Template
    values: Values


@dataclass(frozen=True, slots=True)
class Violation:
    """One clause of the contract that a reply breaks; ``what`` never repeats the reply's text at length."""

    clause: str
    what: str

    def __str__(self) -> str:
        return f"{self.clause}: {self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply seen through its contract.

    Attributes:
        text: The reply's text, or for a choice the choice alone.
        value: For JSON the parsed value, for a choice the choice, else the text; None when it cannot be parsed.
        violations: Empty when the contract holds.
        exit: The way out that the reply took, if the contract allows one and the reply is it.
        repaired: Whether ``repair`` was needed.
    """

    text: str
    value: object
    violations: tuple[Violation, ...] = ()
    exit: ExitName | None = None
    repaired: bool = False

    @property
    def valid(self) -> bool:
        """Whether the contract holds."""
        return not self.violations


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a prompt.

    Attributes:
        inputs: Values by name, not yet checked.
        target: The model that answers.
        parameters: All of the sampling parameters; the prompt's own are merged in by whoever makes the call.
        timeout_s: Longest time of one attempt.
        policy: When a failed attempt is tried again.
    """

    prepared: Prepared
    inputs: dict[str, object]
    target: Target
    parameters: Parameters = Parameters()
    timeout_s: float = 120.0
    policy: RetryPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call.

    Attributes:
        messages: What was sent first, with segments.
        replies: Every reply that was paid for, in order; the last one counts.
        checked: The last reply (or the fallback) seen through the contract.
        first: The first reply seen through the contract.
        fallback: Whether the contract's fallback answered instead of the model.
        cost_usd: Of all replies; None where any part is unknown.
        tools: What the model was offered.
    """

    digest: str
    messages: tuple[RenderedMessage, ...]
    replies: tuple[Reply, ...]
    checked: Checked
    first: Checked
    fallback: bool
    cost_usd: Decimal | None
    tools: tuple[Tool, ...] = ()

    @property
    def text(self) -> str:
        """What the caller gets."""
        return self.checked.text

    @property
    def usage(self) -> Usage:
        """Tokens of all replies; a part that any of them does not tell is None."""
        return total_usage(self.replies)

    @property
    def latency_ms(self) -> float:
        """Of all replies together."""
        return sum(reply.latency_ms for reply in self.replies)


@dataclass(slots=True)
class Flow:
    """A call on its way along the line; each step fills in its part.

    ``key`` names this very call, if set; a provider that knows idempotency keys answers it only once.
    """

    call: Call
    key: str | None = None
    rendered: tuple[RenderedMessage, ...] = ()
    messages: tuple[Message, ...] = ()
    values: dict[str, object] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    first: Checked | None = None
    checked: Checked | None = None
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The event that ``record`` emits for each outcome."""

    call: Call
    outcome: Outcome


def total_usage(replies: tuple[Reply, ...]) -> Usage:
    """The sums of the parts that every reply tells; None for the others."""
    if len(replies) == 1:
        return replies[0].usage

    def total(parts: list[int | None]) -> int | None:
        known = [p for p in parts if p is not None]
        return sum(known) if parts and len(known) == len(parts) else None

    usages = [reply.usage for reply in replies]
    return Usage(
        input=total([u.input for u in usages]),
        output=total([u.output for u in usages]),
        cached=total([u.cached for u in usages]),
        cache_write=total([u.cache_write for u in usages]),
        reasoning=total([u.reasoning for u in usages]),
    )
