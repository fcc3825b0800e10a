"""Grader ``json-schema``: the reply is JSON, and a schema allows it."""

from typing import cast

import msgspec

from assay.author.picoschema import expand
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.core.schema import Validator, compile_schema
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote

MAX_FINDINGS = 3


@graders.register("json-schema")
def json_schema(*, bench: Bench, schema: str | dict[str, object]) -> Grade:
    """Holds the reply to a JSON Schema 2020-12.

    Args:
        bench: Has the project's files.
        schema: The schema itself, its shorthand, or the path of a file that holds one in JSON or YAML.
    """
    validator = _from_file(bench, schema) if isinstance(schema, str) else _compiled(schema)

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        value = outcome.checked.value
        if value is None or isinstance(value, str):
            try:
                value = msgspec.json.decode(outcome.text)
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
                return failing(f"{quote(outcome.text)} is not JSON")
        findings = validator.findings(value)
        if not findings:
            return passing("fits the schema")
        more = f", and {len(findings) - MAX_FINDINGS} more" if len(findings) > MAX_FINDINGS else ""
        return failing("; ".join(quote_finding(str(f)) for f in findings[:MAX_FINDINGS]) + more)

    return grade


def quote_finding(text: str) -> str:
    """A finding, cut where it repeats much of the reply."""
    return text if len(text) <= 120 else text[:119] + "…"


def _from_file(bench: Bench, path: str) -> Validator:
    document = parse_document(bench.read(path), file=bench.name(path))
    if not isinstance(document.value, dict):
        raise BadInput(
            f"{bench.name(path)} does not hold a schema",
            hint="write a JSON Schema, a mapping, into it",
            code="grader.schema",
            where=document.at(),
        )
    try:
        return _compiled(cast("dict[str, object]", document.value))
    except BadInput as error:
        error.where = document.at()
        raise


def _compiled(schema: dict[str, object]) -> Validator:
    try:
        return compile_schema(expand(schema, where=Location("")))
    except BadInput as error:
        raise BadInput(error.what, hint=error.hint, code="grader.schema") from None
