"""Format ``xlsx``: a sheet of an Excel file, a case a row, read and written row by row (extra ``data``)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NoReturn

from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location
from assay.evaluate.case_shape import Kind, Shape
from assay.evaluate.case_table import Table, cases_of_rows, json_cell
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Header, Row, cannot_hold, formats, missing_extra
from assay.evaluate.types import Case

MAX_CELL_CHARS = 32_767
MAX_ROWS = 1_048_576
MAX_UNPACKED_BYTES = 2_000_000_000
SHEET = "cases"

_PLAIN: dict[str, tuple[Kind, ...]] = {
    "inputs": ("text", "bracket", "integer", "float", "flag"),
    "expected": ("text", "integer", "float", "flag", "json"),
    "tags": ("text", "bracket"),
}


def xlsx_rows(feed: Feed) -> Iterator[Row]:
    """The rows of the sheet below its header; rows without any value are stepped over.

    Raises:
        BadInput: The file is no workbook, has no such sheet, or a cell holds an error.
        Unavailable: openpyxl is not installed.
    """
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an optional extra
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above
    except ImportError:
        raise missing_extra(feed.file, "openpyxl") from None
    _check_size(feed)
    try:
        book = load_workbook(feed.handle, read_only=True, data_only=True)
    except (KeyError, ValueError, OSError, SyntaxError, AttributeError, TypeError) as error:
        raise _no_workbook(feed, error) from None
    try:
        if feed.part is not None and feed.part not in book.sheetnames:
            raise unknown_name("sheet", feed.part, book.sheetnames, code="dataset.sheet", where=Location(feed.file))
        sheet = book[feed.part] if feed.part is not None else book.worksheets[0]
        header: Header | None = None
        for number, cells in enumerate(sheet.iter_rows(), 1):
            values = [_value(cell, feed.file, sheet.title) for cell in cells]
            while values and values[-1] is None:
                values.pop()
            if not values:
                continue
            where = Location(feed.file, None, None, f"{sheet.title} row {number}")
            if header is None:
                header = Header(tuple("" if v is None else str(v) for v in values), where)
                continue
            values += [None] * (len(header.names) - len(values))

            def cell_at(i: int, number: int = number) -> Location:
                return Location(feed.file, None, None, f"{sheet.title}!{get_column_letter(i + 1)}{number}")

            yield Row(header, values, where, cell_at)
    finally:
        book.close()


def _value(cell: object, file: str, sheet: str) -> object:
    value = getattr(cell, "value", None)
    if value is None or value == "":
        return None

    def fail(what: str, hint: str) -> NoReturn:
        place = f"{sheet}!{getattr(cell, 'coordinate', '?')}"
        raise BadInput(f"the cell {what}", hint=hint, code="dataset.cell", where=Location(file, None, None, place))

    if getattr(cell, "data_type", "") == "e":
        fail(f"holds the error {value}", "mend its formula, or write a value")
    return json_cell(value, fail)


def _check_size(feed: Feed) -> None:
    """Refuse a file that unpacks to more than fits a disk, before anything of it is unpacked."""
    try:
        with zipfile.ZipFile(feed.handle) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _no_workbook(feed, error) from None
    feed.handle.seek(0)
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadInput(
            f"{feed.file} unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000_000} GB",
            hint="write the cases as JSON Lines or Parquet",
            code="dataset.too_large",
        )


def _no_workbook(feed: Feed, error: Exception) -> BadInput:
    return BadInput(
        f"not an Excel workbook: {str(error).partition(chr(10))[0].strip(chr(39))[:100]}",
        hint="save it as .xlsx, or give it the ending of what it is",
        code="dataset.syntax",
        where=Location(feed.file),
    )


def _read(feed: Feed) -> Iterator[Case]:
    return cases_of_rows(xlsx_rows(feed))


class _Writer:
    def __init__(self, out: BinaryIO, shape: Shape) -> None:
        try:
            from openpyxl import Workbook  # noqa: PLC0415 - an optional extra
            from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
        except ImportError:
            raise missing_extra("a workbook", "openpyxl") from None
        self._out = out
        self._cell = WriteOnlyCell
        self._table = Table(shape, _PLAIN, every=False)
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(SHEET)
        self._sheet.freeze_panes = "A2"
        self._sheet.append([self._text(name) for name in self._table.names])
        self._rows = 1

    def add(self, case: Case) -> None:
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise cannot_hold(case, f"a sheet has {MAX_ROWS:,} rows", "write Parquet or JSON Lines")
        cells = self._table.row(case)
        for name, cell in zip(self._table.names, cells, strict=True):
            if isinstance(cell, str) and len(cell) > MAX_CELL_CHARS:
                what = f"{name!r} has {len(cell):,} characters, and a cell of a sheet takes {MAX_CELL_CHARS:,}"
                raise cannot_hold(case, what, "write Parquet or JSON Lines")
        self._sheet.append([self._text(cell) if isinstance(cell, str) else cell for cell in cells])

    def _text(self, value: str) -> object:
        """A cell that is text whatever it looks like: no formula, no error, no date."""
        try:
            cell = self._cell(self._sheet, value=value)
        except ValueError:
            raise BadInput(
                "an id, a cluster or a name has a control character, which a sheet cannot hold",
                hint="write Parquet or JSON Lines",
                code="dataset.cannot_hold",
            ) from None
        cell.data_type = "s"
        return cell

    def close(self) -> None:
        self._book.save(self._out)

    def abandon(self) -> None:
        self._sheet.close()  # or its last row is written when it is collected, into what is closed by then


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:
    writer = _Writer(out, shape)
    try:
        yield writer
    except BaseException:
        writer.abandon()
        raise
    writer.close()


xlsx = formats.register("xlsx")(
    Format(name="xlsx", endings=(".xlsx",), read=_read, write=_write, rows=xlsx_rows, parts=True)
)
