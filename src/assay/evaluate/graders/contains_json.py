"""Grader ``contains-json``: there is a JSON object in the reply, and a schema allows it."""

from assay.core.schema import Validator
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.json_form import problem_of, read_schema
from assay.evaluate.long_text import measured
from assay.evaluate.measures.json_text import json_objects
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote


@graders.register("contains-json")
def contains_json(*, bench: Bench, value: dict[str, object] | str | None = None) -> Grade:
    """Looks for objects in the reply; one that fits is enough.

    Args:
        bench: Has the project's files.
        value: A JSON Schema that it must fit, the same written as YAML in a text, or the path of a file with one.
    """
    validator = read_schema(value, bench)

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        problem = await measured(outcome.text, _problem, outcome.text, validator)
        return (
            failing(problem) if problem else passing("contains JSON" + (" that fits the schema" if validator else ""))
        )

    return grade


def _problem(text: str, validator: Validator | None) -> str | None:
    """Why no object in the text will do; None when one does."""
    problem = f"there is no JSON object in {quote(text)}"
    for found in json_objects(text):
        wrong = None if validator is None else problem_of(validator, found)
        if wrong is None:
            return None
        problem = wrong
    return problem
