"""Grader ``is-sql``: the reply is SQL of some database, and touches only what it may."""

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.sql_form import sql_form
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("is-sql")
def is_sql(*, value: dict[str, str | list[str]] | None = None) -> Grade:
    """Parses the whole reply.

    Args:
        value: ``databaseType`` (MySQL otherwise), and ``allowedTables`` and ``allowedColumns``, lists of patterns.
    """
    form = sql_form(value)

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        problem = await measured(outcome.text, form.problem, outcome.text)
        return passing(f"is SQL of {form.shown}") if problem is None else failing(problem)

    return grade
