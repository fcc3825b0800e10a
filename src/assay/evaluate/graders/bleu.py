"""Grader ``bleu``: the reply has many of a reference's n-grams, and is not too short."""

from typing import Annotated

from msgspec import Meta

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.bleu import bleu as measure
from assay.evaluate.reference import references, scored
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("bleu")
def bleu(
    *,
    target: str = "expected",
    value: str | list[str] | Missing = MISSING,
    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.5,
) -> Grade:
    """Scores the reply by BLEU against one reference or several.

    Args:
        target: Where in the case to find the reference, or a list of them.
        value: The same for all cases, instead.
        threshold: The score from which a reply passes.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        score = await measured(outcome.text, measure, outcome.text, references(case, target, value))
        return scored("BLEU", score, threshold)

    return grade
