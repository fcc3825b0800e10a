"""Grader ``contains-sql``: there is SQL in one of the reply's code blocks, and it touches only what it may."""

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.code_block import code_blocks
from assay.evaluate.sql_form import sql_form
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("contains-sql")
def contains_sql(*, value: dict[str, str | list[str]] | None = None) -> Grade:
    """Parses each block that is marked as SQL or as nothing; the whole reply where there is no such block.

    Args:
        value: ``databaseType`` (MySQL otherwise), and ``allowedTables`` and ``allowedColumns``, lists of patterns.
    """
    form = sql_form(value)

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        blocks = [block.text for block in code_blocks(outcome.text) if block.language in {"", "sql"}]
        problem = "contains no SQL"
        for text in blocks or [outcome.text]:
            if text.strip():
                found = await measured(text, form.problem, text)
                if found is None:
                    return passing(f"contains SQL of {form.shown}")
                problem = found
        return failing(problem)

    return grade
