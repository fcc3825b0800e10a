"""Grader ``is-html``: the reply is HTML, all of it."""

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.html_text import html_problem
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("is-html")
def is_html() -> Grade:
    """Follows where the HTML standard's parser would put each piece of the reply."""

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        problem = await measured(outcome.text, html_problem, outcome.text)
        return passing("is HTML") if problem is None else failing(f"is no HTML: {problem}")

    return grade
