"""Grader ``perplexity``: the model was sure of its own words."""

from typing import Annotated

from msgspec import Meta

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.likelihood import perplexity_of
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("perplexity")
def perplexity(*, threshold: Annotated[float, Meta(ge=0)] | None = None) -> Grade:
    """Works the perplexity out from the probabilities that the provider gives.

    Args:
        threshold: The highest perplexity that passes; without it every one does.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        found = perplexity_of(outcome)
        told = f"the perplexity is {found:.3f}"
        if threshold is None or found <= threshold:
            return passing(told)
        return failing(f"{told}, more than {threshold:g}")

    return grade
