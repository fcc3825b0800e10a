"""Grader ``rouge-n``: the reply and a reference have many n-grams in common, as summaries are scored."""

from typing import Annotated

from msgspec import Meta

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.rouge import rouge_n as measure
from assay.evaluate.reference import references, scored
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("rouge-n")
def rouge_n(
    *,
    target: str = "expected",
    value: str | list[str] | Missing = MISSING,
    n: Annotated[int, Meta(ge=1, le=9)] = 1,
    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.75,
) -> Grade:
    """Scores the reply by ROUGE-N's F-measure against one reference or several; the best one counts.

    Args:
        target: Where in the case to find the reference, or a list of them.
        value: The same for all cases, instead.
        n: How many words an n-gram has.
        threshold: The score from which a reply passes.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        found = references(case, target, value)
        score = max([await measured(outcome.text, measure, outcome.text, reference, n) for reference in found])
        return scored(f"ROUGE-{n}", score, threshold)

    return grade
