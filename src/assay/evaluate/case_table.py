"""Cases as rows of a table and back: what a column's name says, and what its cells may hold.

    id, expected, cluster      those keys
    tags.NAME                  a tag
    inputs.NAME, or NAME       an input
    any of them with :json     each cell is JSON, and an empty one is none

Shared by CSV, XLSX and Parquet, and by the mapping of foreign columns. The text of a file is the formats'.
"""

import difflib
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, NoReturn

import msgspec

from assay.author.types import MISSING
from assay.core.canonical import digest
from assay.core.errors import BadInput, unknown_name
from assay.core.fields import describe
from assay.core.location import Location
from assay.evaluate.case_shape import MAX_COLUMNS, Column, Kind, Shape
from assay.evaluate.dataset_format import Header, Row, cannot_hold, json_text
from assay.evaluate.types import Case

DROPPED = "-"
"""The part of a case that a mapped column goes to when it goes nowhere."""

Ids = Literal["row", "content"]
"""How cases without an id are named: by the number of their row, or by a digest of their inputs."""

_OF_CONTENT, _OF_CONTENT_DIGITS = "c-", 16

_JSON = ":json"
_TAG, _INPUT = "tags.", "inputs."
_RESERVED = {"id", "expected", "cluster", "inputs", "tags", DROPPED}

_decode = msgspec.json.Decoder().decode


def cases_of_rows(
    rows: Iterable[Row], *, rename: Mapping[str, str] | None = None, ids: Ids | None = None
) -> Iterator[Case]:
    """The cases that rows are.

    Args:
        rows: The rows of one file.
        rename: From a column's name to the one that it shall have; ``*`` stands for all others.
        ids: How cases are named when no column is the id.

    Raises:
        BadInput: A header or a row that is wrong, with its place.
    """
    header: Header | None = None
    columns: Columns | None = None
    names: dict[str, None] = {}
    for given in rows:
        row = _expanded(given, rename) if rename else given
        if columns is None or row.header is not header:
            header = row.header
            columns = Columns(header.names, header.where, rename=rename, ids=ids)
            if len(names) <= MAX_COLUMNS:
                names |= dict.fromkeys(header.names)
        yield columns.case(row.cells, row.where, row.cell_at)
    if unused := [name for name in rename or () if name not in names and name != "*"]:
        where = None if header is None else header.where
        raise unknown_name("column", unused[0], names, code="dataset.map", where=where)


def _expanded(row: Row, rename: Mapping[str, str]) -> Row:
    """The row, with the inner values of objects that are mapped by a path in the place of the objects."""
    names, cells = list(row.header.names), list(row.cells)
    inner = [path for path in rename if "." in path and path not in names]
    found = {path: value for path in inner if (value := _follow(row, path)) is not MISSING}
    if not found:
        return row
    gone = {path.partition(".")[0] for path in found} - rename.keys()
    kept = [(name, cell) for name, cell in zip(names, cells, strict=True) if name not in gone]
    kept += found.items()
    header = Header(tuple(name for name, _ in kept), row.header.where)
    return Row(header, [cell for _, cell in kept], row.where)


def _follow(row: Row, path: str) -> object:
    first, *steps = path.split(".")
    if first not in row.header.names:
        return MISSING
    value = row.cells[row.header.names.index(first)]
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return MISSING
        value = value[step]
    return value


class Columns:
    """A header: which cell is which part of the case.

    Args:
        names: The cells of the first row.
        where: Where that row stands.
        rename: From a column's name to the one that it shall have.
        ids: How cases are named when no column is the id.

    Raises:
        BadInput: No column ``id``, a column without a name, or a name that stands twice.
    """

    def __init__(
        self,
        names: Sequence[str],
        where: Location,
        *,
        rename: Mapping[str, str] | None = None,
        ids: Ids | None = None,
    ) -> None:
        self._given = names
        renamed = [_renamed(name, rename) for name in names] if rename else list(names)
        kept = [(name, i) for i, name in enumerate(renamed) if name != DROPPED or not rename]
        self._ids = ids
        self._json = {i for name, i in kept if name.endswith(_JSON)}
        places = {name.removesuffix(_JSON): i for name, i in kept}
        _check_header([name.removesuffix(_JSON) for name, _ in kept], places, where, needs_id=ids is None)
        self._id = places.pop("id", None)
        self._expected = places.pop("expected", None)
        self._cluster = places.pop("cluster", None)
        self._tags = [(name.removeprefix(_TAG), i) for name, i in places.items() if name.startswith(_TAG)]
        self._inputs = [
            (name.removeprefix(_INPUT), i, name == "inputs")
            for name, i in places.items()
            if not name.startswith(_TAG) and name != "tags"
        ]
        self._all_tags = places.get("tags")

    def case(self, cells: Sequence[object], where: Location, cell_at: Callable[[int], Location] | None = None) -> Case:
        """The case in a row.

        Raises:
            BadInput: The row has more or fewer cells than the header, no id, or a cell that cannot be read.
        """
        if len(cells) != len(self._given):
            raise BadInput(
                f"the row has {len(cells)} cells and the header has {len(self._given)}",
                hint="put quotes around a cell that holds a comma, a quote or a line break",
                code="dataset.ragged",
                where=where,
            )
        reader = _Cells(cells, self._given, self._json, where, cell_at)
        inputs = self._inputs_of(reader)
        return Case(
            id=self._id_of(reader, inputs, where),
            inputs=inputs,
            expected=MISSING if self._expected is None else reader.expected(self._expected),
            cluster=None if self._cluster is None else reader.text(self._cluster),
            tags=self._tags_of(reader),
            where=where,
        )

    def _inputs_of(self, cells: "_Cells") -> dict[str, object]:
        found: dict[str, object] = {}
        for name, i, may_be_all in self._inputs:
            value = cells.value(i)
            if may_be_all and isinstance(value, dict):
                found |= value
            elif value is not MISSING:
                found[name] = value
        return found

    def _tags_of(self, cells: "_Cells") -> dict[str, str]:
        found: dict[str, str] = {}
        if self._all_tags is not None and (value := cells.value(self._all_tags)) is not MISSING and value != "":
            if not isinstance(value, dict):
                cells.fail(self._all_tags, value, "an object of names and texts, or name a column tags.NAME")
            found |= {name: cells.as_text(self._all_tags, text) for name, text in value.items() if text is not None}
        for name, i in self._tags:
            if (text := cells.text(i)) is not None:
                found[name] = text
        return found

    def _id_of(self, cells: "_Cells", inputs: dict[str, object], where: Location) -> str:
        found = None if self._id is None else cells.text(self._id)
        if found is not None and found.strip():
            return found
        if self._ids == "content":
            return f"{_OF_CONTENT}{digest(inputs).removeprefix('sha256:')[:_OF_CONTENT_DIGITS]}"
        if self._ids == "row":
            number = where.line if where.line is not None else (where.path or "").rpartition(" ")[2]
            return f"r-{number}"
        raise BadInput(
            "the case has no id",
            hint="fill the column 'id' with a name that no other case of the suite has",
            code="dataset.missing_id",
            where=where if self._id is None else cells.at(self._id),
        )


def is_of_content(name: str) -> bool:
    """Whether it is an id that was made from the inputs of a case."""
    digits = name.removeprefix(_OF_CONTENT)
    return len(digits) == _OF_CONTENT_DIGITS and digits != name and set(digits) <= set("0123456789abcdef")


class _Cells:
    """The cells of one row, read by what their column says."""

    def __init__(
        self,
        cells: Sequence[object],
        names: Sequence[str],
        json: set[int],
        where: Location,
        cell_at: Callable[[int], Location] | None,
    ) -> None:
        self._cells = cells
        self._names = names
        self._json = json
        self._where = where
        self._cell_at = cell_at

    def at(self, i: int) -> Location:
        """Where the cell stands, or else its row."""
        return self._where if self._cell_at is None else self._cell_at(i)

    def value(self, i: int) -> object:
        """What the cell holds; ``MISSING`` for an empty one of a table with types, or of JSON."""
        cell = self._cells[i]
        if i in self._json:
            return self._decoded(i, cell)
        return MISSING if cell is None else cell

    def _decoded(self, i: int, cell: object) -> object:
        if cell is None or cell == "":
            return MISSING
        if not isinstance(cell, str):
            return cell
        try:
            return _decode(cell)
        except (msgspec.DecodeError, RecursionError):
            raise BadInput(
                f"the cell in the column {self._names[i]!r} is not JSON",
                hint="write JSON, with quotes around text, or take ':json' out of the column's name",
                code="dataset.cell",
                where=self.at(i),
            ) from None

    def text(self, i: int) -> str | None:
        """Text, a number as it is written, or None for an empty cell."""
        value = self.value(i)
        if value is MISSING or (value == "" and i not in self._json):
            return None
        return self.as_text(i, value)

    def as_text(self, i: int, value: object) -> str:
        """Text, or a number or flag as it is written; anything else is refused."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(int(value) if isinstance(value, float) and value.is_integer() else value)
        return self.fail(i, value, "text")

    def fail(self, i: int, value: object, want: str) -> NoReturn:
        """Say that the cell is not what its column takes."""
        raise BadInput(
            f"the cell in the column {self._names[i]!r} is {describe(value)}",
            hint=f"write {want}",
            code="dataset.cell",
            where=self.at(i),
        )

    def expected(self, i: int) -> object:
        """What is expected: text that is written as a JSON object or list is read as such, nothing is ``MISSING``."""
        cell = self.value(i)
        if i in self._json or not isinstance(cell, str):
            return cell
        if not cell:
            return MISSING
        if cell.lstrip()[:1] in ("{", "["):
            try:
                return _decode(cell)
            except (msgspec.DecodeError, RecursionError):
                return cell
        return cell


def _renamed(name: str, rename: Mapping[str, str]) -> str:
    if name in rename:
        return rename[name]
    bare = name.removesuffix(_JSON)
    if bare in rename and bare != name:
        return rename[bare] if rename[bare] == DROPPED else rename[bare] + _JSON
    if "*" in rename and bare not in _RESERVED and not bare.startswith((_TAG, _INPUT)):
        return rename["*"]
    return name


def _check_header(names: Sequence[str], places: dict[str, int], where: Location, *, needs_id: bool) -> None:
    what, hint = "", "name every column once, in the first row"
    if "id" not in places and needs_id:
        near = difflib.get_close_matches("id", [name.strip().lower() for name in names], n=1)
        what = "no column is named 'id'"
        hint = (
            "the first row names the columns: id, expected, cluster, tags.NAME; every other is an input. "
            "'assay dataset convert' maps others, and names cases that have no id (--map, --ids)"
        )
        if near:
            hint = f"did you mean the column {names[[n.strip().lower() for n in names].index(near[0])]!r}?"
        if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
            hint = "separate the cells with commas"
    elif unnamed := [i for i, name in enumerate(names, 1) if name.strip() in ("", _TAG)]:
        what = f"column {unnamed[0]} has no name"
    elif len(places) != len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        what = f"two columns are named {twice!r}"
    if what:
        raise BadInput(what, hint=hint, code="dataset.header", where=where)


def json_cell(value: object, fail: Callable[[str, str], NoReturn]) -> object:
    """The JSON value of a cell with a type of its own: dates and times as ISO 8601, decimals as they are written.

    Args:
        value: What the library gives.
        fail: Called with what is wrong and what would be right.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else fail(f"is {value}, which is no JSON number", "write a finite number")
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [json_cell(item, fail) for item in value]
    if isinstance(value, dict):  # a struct has all of its fields in every row
        return {str(key): json_cell(item, fail) for key, item in value.items() if item is not None}
    return fail(f"holds {type(value).__name__}", "write text, a number, true or false")


class Table:
    """The columns in which cases of that shape can be written without loss, and each case as a row of them.

    Args:
        shape: What all cases together have.
        plain: The kinds of values that a plain cell keeps; ``inputs``, ``expected`` and ``tags`` may differ.
        every: Whether an input must be in each case to be a plain column, since an empty cell is a text.
    """

    def __init__(self, shape: Shape, plain: Mapping[str, Collection[Kind]], *, every: bool) -> None:
        self._inputs = [
            (name, _is_plain(name, column, plain["inputs"]) and (not every or column.seen == shape.cases))
            for name, column in shape.inputs.items()
        ]
        self._tags = [(name, _is_plain(name, column, plain["tags"])) for name, column in shape.tags.items()]
        self._expected = shape.expected.seen > 0
        self._plain_expected = _is_plain("expected", shape.expected, plain["expected"])
        self._plain_id = _is_plain("id", shape.ids, plain["tags"])
        self._cluster = shape.clusters.seen > 0
        self._plain_cluster = _is_plain("cluster", shape.clusters, plain["tags"])

    @property
    def names(self) -> list[str]:
        """The header."""
        return [
            "id" if self._plain_id else "id" + _JSON,
            *(_column(name, plain) for name, plain in self._inputs),
            *(["expected" if self._plain_expected else "expected" + _JSON] if self._expected else []),
            *(["cluster" if self._plain_cluster else "cluster" + _JSON] if self._cluster else []),
            *(_TAG + name + ("" if plain else _JSON) for name, plain in self._tags),
        ]

    def plain_inputs(self) -> dict[str, str]:
        """The header's name -> the input, for the columns that are not JSON."""
        return {_column(name, plain): name for name, plain in self._inputs if plain}

    @property
    def plain_expected(self) -> bool:
        """Whether there is a column of what is expected that is not JSON."""
        return self._expected and self._plain_expected

    def row(self, case: Case) -> list[object]:
        """The cells of a case: values as they are in plain columns, JSON in the others, None where it has none.

        Raises:
            BadInput: A tag has no name, which no header can say.
        """
        if any(not name.strip() for name in case.tags):
            raise cannot_hold(case, "a tag has no name, and a column must have one", "name the tag")
        cells: list[object] = [case.id if self._plain_id else json_text(case.id)]
        cells += [_cell(case.inputs, name, plain) for name, plain in self._inputs]
        if self._expected:
            value = case.expected if case.has_expected else None
            as_json = case.has_expected and (not self._plain_expected or isinstance(value, (dict, list)))
            cells.append(json_text(value) if as_json else value)
        if self._cluster:
            plain = self._plain_cluster or case.cluster is None
            cells.append(case.cluster if plain else json_text(case.cluster))
        cells += [_cell(case.tags, name, plain) for name, plain in self._tags]
        return cells


def _is_plain(name: str, column: Column, kinds: Collection[Kind]) -> bool:
    return column.kinds <= set(kinds) and not name.endswith(_JSON)


def _column(name: str, plain: bool) -> str:
    clashes = name in _RESERVED or name.startswith((_TAG, _INPUT)) or name.endswith(_JSON) or not name.strip()
    return (_INPUT if clashes else "") + name + ("" if plain else _JSON)


def _cell(values: Mapping[str, object], name: str, plain: bool) -> object:
    if name not in values:
        return None
    return values[name] if plain else json_text(values[name])
