"""Grader ``latency``: the reply came within a time."""

from typing import Annotated

from msgspec import Meta

from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("latency")
@answers_absence
def latency(*, threshold: Annotated[float, Meta(ge=0)]) -> Grade:
    """Compares how long the reply took, retries that brought nothing left out.

    Args:
        threshold: The longest time that passes, in milliseconds.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        told = f"took {outcome.latency_ms:,.0f} ms"
        return passing(told) if outcome.latency_ms <= threshold else failing(f"{told}, more than {threshold:,g}")

    return grade
