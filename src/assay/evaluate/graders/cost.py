"""Grader ``cost``: the reply cost no more than so much."""

from typing import Annotated

from msgspec import Meta

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("cost")
@answers_absence
def cost(*, threshold: Annotated[float, Meta(ge=0)]) -> Grade:
    """Compares what the reply cost by the price list, corrections that its contract asked for included.

    Args:
        threshold: The most that passes, in US dollars.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        if outcome.cost_usd is None:
            raise GraderFailed(
                f"what a reply of {outcome.replies[-1].model or 'the model'} costs is unknown",
                hint="grade cost only of models with a price and a count of tokens",
                code="grader.no_cost",
            )
        told = f"cost ${outcome.cost_usd:.6f}"
        return passing(told) if float(outcome.cost_usd) <= threshold else failing(f"{told}, more than ${threshold:g}")

    return grade
