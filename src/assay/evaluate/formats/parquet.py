"""Format ``parquet``: columns with types, read and written a few thousand rows at a time (extra ``data``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.case_shape import Column, Kind, Shape
from assay.evaluate.case_table import Table, cases_of_rows, json_cell
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Header, Row, formats, missing_extra
from assay.evaluate.types import Case

if TYPE_CHECKING:
    import pyarrow

BATCH_ROWS = 2_000
GROUP_ROWS = 20_000

_TEXT: tuple[Kind, ...] = ("text", "empty", "odd", "bracket")
# A column has one type; the kinds that share a plain one are picked in ``_typed``.
_PLAIN: dict[str, tuple[Kind, ...]] = {
    "inputs": (*_TEXT, "integer", "float", "fine", "flag"),
    "expected": ("text", "odd", "integer", "float", "fine", "flag"),
    "tags": ("text", "odd", "bracket"),
}


def parquet_rows(feed: Feed) -> Iterator[Row]:
    """The rows of the file.

    Raises:
        BadInput: The file is not Parquet, or a cell holds what JSON cannot.
        Unavailable: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet as library  # noqa: PLC0415 - an optional extra
        from pyarrow.lib import ArrowException  # noqa: PLC0415 - as above
    except ImportError:
        raise missing_extra(feed.file, "pyarrow") from None
    number = 0
    try:
        file = library.ParquetFile(feed.handle, pre_buffer=False)
        header = Header(tuple(file.schema_arrow.names), Location(feed.file, None, None, "the schema"))
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield _row(header, cells, feed.file, number)
    except (ArrowException, OSError, ValueError) as error:
        raise BadInput(
            f"not Parquet: {str(error).partition(chr(10))[0].rstrip('.')}",
            hint="write the file anew, or give it the ending of what it is",
            code="dataset.syntax",
            where=Location(feed.file, None, None, f"row {number + 1}") if number else Location(feed.file),
        ) from None


def _row(header: Header, cells: tuple[object, ...], file: str, number: int) -> Row:
    where = Location(file, None, None, f"row {number}")

    def cell(i: int, value: object) -> object:
        def fail(what: str, hint: str) -> NoReturn:
            raise BadInput(
                f"the cell in the column {header.names[i]!r} {what}", hint=hint, code="dataset.cell", where=where
            )

        return json_cell(value, fail)

    return Row(
        header,
        [value if value is None or type(value) is str else cell(i, value) for i, value in enumerate(cells)],
        where,
    )


def _read(feed: Feed) -> Iterator[Case]:
    return cases_of_rows(parquet_rows(feed))


class _Writer:
    def __init__(self, out: BinaryIO, shape: Shape) -> None:
        try:
            import pyarrow  # noqa: PLC0415 - an optional extra
            from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - as above
        except ImportError:
            raise missing_extra("a Parquet file", "pyarrow") from None
        self._arrow = pyarrow
        self._table = Table(_typed(shape), _PLAIN, every=False)
        types = {name: _kind(shape.inputs[of]) for name, of in self._table.plain_inputs().items()}
        if self._table.plain_expected:
            types["expected"] = _kind(shape.expected)
        kinds = {"text": pyarrow.string(), "integer": pyarrow.int64(), "float": pyarrow.float64()}
        kinds["flag"] = pyarrow.bool_()
        self._schema: pyarrow.Schema = pyarrow.schema(
            [(name, kinds[types.get(name, "text")]) for name in self._table.names]
        )
        self._file = ParquetWriter(out, self._schema, compression="zstd")
        self._waiting: list[list[object]] = []

    def add(self, case: Case) -> None:
        self._waiting.append(self._table.row(case))
        if len(self._waiting) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if not self._waiting:
            return
        columns = [
            self._arrow.array(values, type=field.type)
            for values, field in zip(zip(*self._waiting, strict=True), self._schema, strict=True)
        ]
        self._file.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
        self._waiting.clear()


def _typed(shape: Shape) -> Shape:
    """The shape, with what no single type can hold told as JSON."""
    found = Shape()
    found.cases, found.ids, found.clusters, found.tags = shape.cases, shape.ids, shape.clusters, shape.tags
    found.inputs = {name: _one_type(column) for name, column in shape.inputs.items()}
    found.expected = _one_type(shape.expected)
    return found


def _one_type(column: Column) -> Column:
    sets: tuple[set[Kind], ...] = (set(_TEXT), {"integer", "float", "fine"}, {"flag"})
    if any(column.kinds <= kinds for kinds in sets):
        return column
    return Column(column.seen, {"json", "null"}, column.longest)


def _kind(column: Column) -> str:
    if column.kinds & {"float", "fine"}:
        return "float"
    return next((kind for kind in ("integer", "flag") if kind in column.kinds), "text")


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:
    writer = _Writer(out, shape)
    yield writer
    writer.close()


parquet = formats.register("parquet")(
    Format(name="parquet", endings=(".parquet",), read=_read, write=_write, rows=parquet_rows)
)
