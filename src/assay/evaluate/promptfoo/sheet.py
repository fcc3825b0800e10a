"""Tests from a sheet of an Excel file; the reader of those files is installed with an extra."""

from collections.abc import Iterator
from pathlib import Path

from assay.core.errors import BadInput, Unavailable
from assay.core.location import Location
from assay.evaluate.promptfoo.csv_tests import test_of_row
from assay.evaluate.promptfoo.types import Test
from assay.evaluate.promptfoo.yaml_file import shown


def read_sheet(path: Path, sheet: str) -> Iterator[Test]:
    """The tests of a sheet, one at a time.

    Args:
        path: The file.
        sheet: The sheet's name, or its number from 1; "" for the first.

    Raises:
        BadInput: There is no such file or sheet.
        Unavailable: The reader is not installed.
    """
    try:
        import openpyxl  # noqa: PLC0415 - optional: installed with an extra
    except ImportError:
        raise Unavailable(
            "Excel files cannot be read without openpyxl",
            hint="pip install openpyxl, or save the sheet as CSV",
            code="promptfoo.xlsx",
        ) from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise BadInput(
            f"{shown(path)} cannot be read: {error}", hint="save it as .xlsx", code="promptfoo.xlsx"
        ) from None
    names = book.sheetnames
    name = names[0] if not sheet else names[int(sheet) - 1] if sheet.isdigit() and int(sheet) <= len(names) else sheet
    if name not in names:
        raise BadInput(
            f"{shown(path)} has no sheet {sheet!r}", hint=f"its sheets are {', '.join(names)}", code="promptfoo.xlsx"
        )
    rows = book[name].iter_rows(values_only=True)
    header = [_text(cell) for cell in next(rows, ())]
    for number, cells in enumerate(rows, 1):
        row = {key: _text(cell) for key, cell in zip(header, cells, strict=False) if key}
        if any(row.values()):
            yield test_of_row(row, number, Location(shown(path), number + 1))
    book.close()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
