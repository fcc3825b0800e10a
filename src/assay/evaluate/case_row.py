"""One row of a dataset as a case: what a row may hold, and the sentence for each row that is wrong.

A row comes as JSON (one line of JSON Lines), as the cells of a CSV file, or as a node of a document.
The right ones take the short way; only a wrong one is looked at closely. Opening files is ``dataset.py``'s.
"""

import difflib
import math
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from assay.author.types import MISSING
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields, describe
from assay.core.location import Location, Path, format_path
from assay.evaluate.types import Case

_TAG = "tags."
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
    reason = str(error).removeprefix("JSON is malformed: ").partition(" - at ")[0]
    reason = reason[:1].lower() + reason[1:]
    if isinstance(error, RecursionError):
        reason = "lists and objects are nested too deeply"
    hint = f"write one case a line, such as {_EXAMPLE}"
    if line.strip() in (b"[", b"{"):
        hint = "write one case a line, or give the file a name that ends in .json"
    return BadInput(f"not JSON: {reason}", hint=hint, code="dataset.syntax", where=where)


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


class Columns:
    """The header of a CSV file: which cell is which part of the case.

    Args:
        names: The cells of the first row.
        where: Where that row stands.

    Raises:
        BadInput: No column ``id``, a column without a name, or a name that stands twice.
    """

    def __init__(self, names: Sequence[str], where: Location) -> None:
        self._count = len(names)
        places = {name: i for i, name in enumerate(names)}
        _check_header(names, places, where)
        self._id = places.pop("id")
        self._expected = places.pop("expected", None)
        self._cluster = places.pop("cluster", None)
        tags = [name for name in places if name.startswith(_TAG)]
        self._tags = [(name.removeprefix(_TAG), places.pop(name)) for name in tags]
        self._inputs = list(places.items())

    def case(self, cells: Sequence[str], where: Location) -> Case:
        """The case in a row.

        Raises:
            BadInput: The row has more or fewer cells than the header, or no id.
        """
        if len(cells) != self._count:
            raise BadInput(
                f"the row has {len(cells)} cells and the header has {self._count}",
                hint="put quotes around a cell that holds a comma, a quote or a line break",
                code="dataset.ragged",
                where=where,
            )
        if not cells[self._id].strip():
            raise BadInput(
                "the case has no id",
                hint="fill the column 'id' with a name that no other case of the suite has",
                code="dataset.missing_id",
                where=where,
            )
        return Case(
            id=cells[self._id],
            inputs={name: cells[i] for name, i in self._inputs},
            expected=MISSING if self._expected is None else _expected(cells[self._expected]),
            cluster=None if self._cluster is None else cells[self._cluster] or None,
            tags={name: cells[i] for name, i in self._tags if cells[i]},
            where=where,
        )


def _check_header(names: Sequence[str], places: dict[str, int], where: Location) -> None:
    what, hint = "", "name every column once, in the first row"
    if "id" not in places:
        near = difflib.get_close_matches("id", [name.strip().lower() for name in names], n=1)
        what = "no column is named 'id'"
        hint = "the first row names the columns: id, expected, cluster, tags.NAME; every other is an input"
        if near:
            hint = f"did you mean the column {names[[n.strip().lower() for n in names].index(near[0])]!r}?"
        if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
            hint = "separate the cells with commas"
    elif unnamed := [i for i, name in enumerate(names, 1) if name.strip() in ("", _TAG)]:
        what = f"column {unnamed[0]} has no name"
    elif len(places) != len(names):
        twice = next(name for i, name in enumerate(names) if places[name] != i)
        what = f"two columns are named {twice!r}"
    if what:
        raise BadInput(what, hint=hint, code="dataset.header", where=where)


def _expected(cell: str) -> object:
    """The value of a cell: what is written as a JSON object or list is read as such, nothing is ``MISSING``."""
    if not cell:
        return MISSING
    if cell.lstrip()[:1] in ("{", "["):
        try:
            return _decode(cell)
        except (msgspec.DecodeError, RecursionError):
            return cell
    return cell
