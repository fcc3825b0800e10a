"""Grader ``icontains``: the reply holds a text, in upper or lower case."""

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.text_match import all_of, wanted_text
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("icontains")
def icontains(*, target: str = "expected", value: str | int | float | Missing = MISSING) -> Grade:
    """Looks for one text in the reply, whatever its case.

    Args:
        target: Where in the case to find the text.
        value: The same for all cases, instead.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        return all_of(outcome.text.lower(), [wanted_text(case, target, value).lower()])

    return grade
