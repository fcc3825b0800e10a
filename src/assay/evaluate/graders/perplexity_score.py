"""Grader ``perplexity-score``: how sure the model was of its own words, as a score."""

from typing import Annotated

from msgspec import Meta

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.likelihood import perplexity_of
from assay.evaluate.reference import scored
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("perplexity-score")
def perplexity_score(*, threshold: Annotated[float, Meta(ge=0, le=1)] = 0.0) -> Grade:
    """Scores the reply by 1 / (1 + perplexity), which is at most a half.

    Args:
        threshold: The score from which a reply passes.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        return scored("1 / (1 + perplexity)", 1 / (1 + perplexity_of(outcome)), threshold)

    return grade
