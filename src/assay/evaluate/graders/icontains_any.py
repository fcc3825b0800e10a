"""Grader ``icontains-any``: the reply holds one of several texts, in upper or lower case."""

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.text_match import any_of, wanted_texts
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("icontains-any")
def icontains_any(*, target: str = "expected", value: str | list[str | int | float] | Missing = MISSING) -> Grade:
    """Looks for each of several texts in the reply, whatever their case.

    Args:
        target: Where in the case to find the texts: a list, or one text with commas between them.
        value: The same for all cases, instead.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        texts = [text.lower() for text in wanted_texts(case, target, value)]
        return any_of(outcome.text.lower(), texts)

    return grade
