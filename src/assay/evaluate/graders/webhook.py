"""Grader ``webhook``: a service of your own says whether the reply passes."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from assay.core.errors import GraderFailed
from assay.core.fields import describe
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.endpoint import RETRIES, check_endpoint
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import one_line


@graders.register("webhook")
@answers_absence
def webhook(
    *,
    bench: Bench,
    value: str,
    headers: dict[str, str] | None = None,
    timeout_s: Annotated[float, Meta(gt=0)] = 5.0,
    retries: Annotated[int, Meta(ge=0, le=10)] = RETRIES,
) -> Grade:
    """Posts ``{output, context: {prompt, vars}}`` and reads ``{pass, score, reason}``.

    Args:
        bench: Makes the call.
        value: The address.
        headers: More of the request's head; ``env:NAME`` or ``file:PATH`` in a value is looked up at each call.
        timeout_s: The longest that one attempt may take.
        retries: How often to try again when there is no answer, or a 429 or a 5xx.
    """
    url, head = check_endpoint(value, headers or {}, code="grader.value"), headers or {}

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        context = {"prompt": _asked(outcome), "vars": case.inputs}
        body = {"output": outcome.text, "context": context}
        return _verdict(await bench.endpoints.post(url, body, headers=head, timeout_s=timeout_s, retries=retries))

    return grade


def _asked(outcome: Outcome) -> str:
    """The prompt as it was sent: the text of a single message, JSON of several."""
    if len(outcome.messages) == 1:
        return outcome.messages[0].content
    return msgspec.json.encode([{"role": m.role, "content": m.content} for m in outcome.messages]).decode()


def _verdict(found: object) -> Verdict:
    if not isinstance(found, Mapping) or not isinstance(passed := found.get("pass"), bool):
        raise _unclear(f"answered {describe(found)} without 'pass: true' or 'pass: false'")
    score = found.get("score", float(passed))
    if not isinstance(score, (int, float)) or isinstance(score, bool) or not 0 <= score <= 1:
        raise _unclear(f"gave {describe(score)} for a score")
    reason = found.get("reason") or f"the webhook says {'pass' if passed else 'fail'}"
    return Verdict(float(score), passed, one_line(str(reason)))


def _unclear(what: str) -> GraderFailed:
    return GraderFailed(
        f"the webhook {what}", hint="answer {pass: true, score: 1, reason: …}; the last two may be left out",
        code="grader.result",
    )  # fmt: skip
