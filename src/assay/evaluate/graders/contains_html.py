"""Grader ``contains-html``: there is HTML in the reply."""

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.html_text import contains_html as has_html
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("contains-html")
def contains_html() -> Grade:
    """Counts signs of HTML in the reply."""

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        found = await measured(outcome.text, has_html, outcome.text)
        return passing("contains HTML") if found else failing("contains no HTML")

    return grade
