"""One row of a dataset as a case: what a row may hold, and the sentence for each row that is wrong.

A row comes as JSON (one line of JSON Lines, one item of a list) or as a node of a document. The right ones take
the short way; only a wrong one is looked at closely. The rows of tables are ``case_table.py``'s.
"""

import math
from typing import NoReturn

import msgspec

from assay.author.types import MISSING
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields, describe
from assay.core.location import Location, Path, format_path
from assay.evaluate.json_items import not_json
from assay.evaluate.types import Case

_EXAMPLE = '{"id": "c-1", "inputs": {"text": "…"}, "expected": "…"}'


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    inputs: dict[str, object] | None = None
    expected: object = MISSING
    cluster: str | None = None
    tags: dict[str, str] | None = None


_decode_row = msgspec.json.Decoder(_Row).decode
_decode = msgspec.json.Decoder().decode


def case_of_line(line: bytes, where: Location) -> Case:
    """The case that a line of JSON Lines holds.

    Raises:
        BadInput: The line is not the JSON of a case.
    """
    try:
        row = _decode_row(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _explain(line, where, str(error))
    if not row.id.strip():
        _explain(line, where, "the id is empty")
    return Case(
        id=row.id,
        inputs=row.inputs or {},
        expected=row.expected,
        cluster=row.cluster or None,
        tags=row.tags or {},
        where=where,
    )


def _explain(line: bytes, where: Location, reason: str) -> NoReturn:
    """Say what is wrong with a line that is not the JSON of a case."""
    text = decode_line(line, where)
    try:
        value = _decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _not_json(line, where, error) from None
    if not isinstance(value, dict):
        raise BadInput(
            f"the row is {describe(value)}, not a case",
            hint=f"write one case a line, such as {_EXAMPLE}",
            code="dataset.row",
            where=where,
        )
    case_of_node(parse_document(text, file=where.file, first_line=where.line or 1))
    raise BadInput(
        f"the row cannot be read: {reason}",
        hint=f"write one case a line, such as {_EXAMPLE}",
        code="dataset.row",
        where=where,
    )


def decode_line(line: bytes, where: Location) -> str:
    """The text of a line.

    Raises:
        BadInput: It is not UTF-8.
    """
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"the file is not UTF-8: byte 0x{line[error.start]:02x} on this line",
            hint="save it as UTF-8",
            code="dataset.not_utf8",
            where=where,
        ) from None


def _not_json(line: bytes, where: Location, error: Exception) -> BadInput:
    hint = f"write one case a line, such as {_EXAMPLE}"
    if line.strip() in (b"[", b"{"):
        hint = "write one case a line, or give the file a name that ends in .json"
    return not_json(error, where, hint)


def case_of_node(document: Document, *path: str | int) -> Case:
    """The case at that path of a document.

    Raises:
        BadInput: There is something else.
    """
    row = Fields(document, path, code="dataset")
    if row.raw("id") is None:
        raise BadInput(
            "the case has no id",
            hint=f"give it one that no other case of the suite has: {_EXAMPLE}",
            code="dataset.missing_id",
            where=row.at(),
        )
    place = row.at()
    found = Case(
        id=row.need_text("id"),
        inputs=row.mapping("inputs"),
        expected=row.raw("expected") if "expected" in row else MISSING,
        cluster=row.text("cluster") or None,
        tags=_tags(row),
        where=Location(place.file, place.line),
    )
    row.close()
    for key in ("inputs", "expected"):
        _check_finite(document, row.raw(key), (*path, key))
    return found


def _tags(row: Fields) -> dict[str, str]:
    if not row.mapping("tags"):
        return {}
    tags = row.sub("tags")
    found: dict[str, str] = {}
    for name in tags:
        value = tags.raw(name)
        if not isinstance(value, str):
            raise tags.wrong(name, value, "text, in quotes")
        found[name] = value
    return found


def _check_finite(document: Document, value: object, path: Path) -> None:
    """Refuse what YAML can write and JSON cannot: a number that is infinite, or is none."""
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(
            f"{format_path(path)} is {value}, which is no JSON number",
            hint="write a number that is finite, or text",
            code="dataset.number",
            where=document.at(*path),
        )
    if isinstance(value, (list, dict)):
        for step, item in enumerate(value) if isinstance(value, list) else value.items():
            _check_finite(document, item, (*path, step))
