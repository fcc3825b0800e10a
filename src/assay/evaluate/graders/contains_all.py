"""Grader ``contains-all``: the reply holds every one of several texts."""

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.text_match import all_of, wanted_texts
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("contains-all")
def contains_all(*, target: str = "expected", value: str | list[str | int | float] | Missing = MISSING) -> Grade:
    """Looks for each of several texts in the reply.

    Args:
        target: Where in the case to find the texts: a list, or one text with commas between them.
        value: The same for all cases, instead.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        return all_of(outcome.text, wanted_texts(case, target, value))

    return grade
