"""The schema that a grader holds JSON to, from a suite's entry: a mapping, YAML in a text, or a file of the project.

A schema is compiled once, however many graders are made with it. Not the grader ``json-schema``, which takes the
shorthand too and JSON Schema 2020-12 alone: here a schema in the older draft 7 is read as what it is.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import cast

import msgspec

from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.schema import Validator, compile_schema
from assay.evaluate.bench import Bench

MAX_FINDINGS = 3

_FILES = (".json", ".yaml", ".yml")
_OLDER = ("draft-07", "draft-06", "draft-04")
_OLDER_KEYS = ("additionalItems", "dependencies")


def read_schema(value: dict[str, object] | str | None, bench: Bench) -> Validator | None:
    """The schema, ready to check values with; None where none is given.

    Raises:
        BadInput: It is no JSON Schema, or its file cannot be read.
    """
    if not value:
        return None
    return _compiled(msgspec.json.encode(_mapping(value, bench)))


def problem_of(validator: Validator, value: object) -> str | None:
    """What is wrong with the value, in a sentence; None when the schema allows it."""
    if validator.is_valid(value):
        return None
    findings = [str(finding) for finding in validator.findings(value)]
    more = f", and {len(findings) - MAX_FINDINGS} more" if len(findings) > MAX_FINDINGS else ""
    return "; ".join(text if len(text) <= 120 else text[:119] + "…" for text in findings[:MAX_FINDINGS]) + more


def _mapping(value: dict[str, object] | str, bench: Bench) -> dict[str, object]:
    if isinstance(value, dict):
        return value
    path = value.removeprefix("file://")
    is_file = path != value or (path.endswith(_FILES) and "\n" not in path and ": " not in path)
    name = bench.name(path) if is_file else "the grader's schema"
    document = parse_document(bench.read(path) if is_file else value, file=name)
    if not isinstance(document.value, dict):
        raise BadInput(
            f"{name} does not hold a schema",
            hint="write a JSON Schema, a mapping, or the path of a file with one",
            code="grader.value",
            where=document.at() if is_file else None,
        )
    return cast("dict[str, object]", document.value)


@lru_cache(maxsize=1_024)
def _compiled(schema: bytes) -> Validator:
    found: dict[str, object] = msgspec.json.decode(schema)
    try:
        return compile_schema(found, draft="7" if _is_older(found) else "2020-12")
    except BadInput as error:
        raise BadInput(error.what, hint="see the keywords of JSON Schema", code="grader.value") from None


def _is_older(schema: dict[str, object]) -> bool:
    """Whether the schema says that it is of an older draft, or has what only those have."""
    if any(draft in str(schema.get("$schema", "")) for draft in _OLDER):
        return True
    return any(
        isinstance(part.get("items"), list) or any(key in part for key in _OLDER_KEYS) for part in _parts(schema)
    )


def _parts(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(inner)
