"""Grader ``gleu``: the reply has many n-grams in common with a reference, for single sentences."""

from typing import Annotated

from msgspec import Meta

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.gleu import gleu as measure
from assay.evaluate.reference import references, scored
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("gleu")
def gleu(
    *,
    target: str = "expected",
    value: str | list[str] | Missing = MISSING,
    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.5,
) -> Grade:
    """Scores the reply by Google's BLEU against one reference or several; the best one counts.

    Args:
        target: Where in the case to find the reference, or a list of them.
        value: The same for all cases, instead.
        threshold: The score from which a reply passes.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        score = await measured(outcome.text, measure, outcome.text, references(case, target, value))
        return scored("GLEU", score, threshold)

    return grade
