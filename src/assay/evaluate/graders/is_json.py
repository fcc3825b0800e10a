"""Grader ``is-json``: the reply is JSON, and a schema allows it."""

from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.json_form import problem_of, read_schema
from assay.evaluate.measures.json_text import NotJson, read_json
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote


@graders.register("is-json")
def is_json(*, bench: Bench, value: dict[str, object] | str | None = None) -> Grade:
    """Reads the whole reply as JSON.

    Args:
        bench: Has the project's files.
        value: A JSON Schema that it must fit, the same written as YAML in a text, or the path of a file with one.
    """
    validator = read_schema(value, bench)

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        try:
            found = read_json(outcome.text)
        except NotJson:
            return failing(f"{quote(outcome.text)} is not JSON")
        if validator is None:
            return passing("is JSON")
        problem = problem_of(validator, found)
        return passing("fits the schema") if problem is None else failing(problem)

    return grade
