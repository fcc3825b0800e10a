"""Grader ``starts-with``: the reply begins with a text."""

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.text_match import wanted_text
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote


@graders.register("starts-with")
def starts_with(*, target: str = "expected", value: str | int | float | Missing = MISSING) -> Grade:
    """Compares the first characters of the reply; white space before them counts.

    Args:
        target: Where in the case to find the text.
        value: The same for all cases, instead.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = wanted_text(case, target, value)
        if outcome.text.startswith(wanted):
            return passing(f"starts with {quote(wanted)}")
        return failing(f"starts with {quote(outcome.text[: len(wanted)])}, not with {quote(wanted)}")

    return grade
