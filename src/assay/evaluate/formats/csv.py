"""Format ``csv``: a case a row, the columns named in the first, read and written as a stream."""

import csv as csv_files
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from assay.evaluate.case_shape import Kind, Shape
from assay.evaluate.case_table import Table, cases_of_rows
from assay.evaluate.csv_table import csv_rows
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, formats
from assay.evaluate.types import Case

# What a cell of text gives back as it was. An empty one is empty text for an input, and nothing elsewhere.
_PLAIN: dict[str, tuple[Kind, ...]] = {
    "inputs": ("text", "empty", "bracket"),
    "expected": ("text", "json"),
    "tags": ("text", "bracket"),
}


def _read(feed: Feed) -> Iterator[Case]:
    return cases_of_rows(csv_rows(feed))


class _Writer:
    def __init__(self, out: BinaryIO, table: Table) -> None:
        self._text = io.TextIOWrapper(out, encoding="utf-8", newline="")
        self._csv = csv_files.writer(self._text, lineterminator="\n")
        self._table = table
        self._csv.writerow(table.names)

    def add(self, case: Case) -> None:
        self._csv.writerow(self._table.row(case))

    def close(self) -> None:
        self._text.detach()


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:
    writer = _Writer(out, Table(shape, _PLAIN, every=True))
    try:
        yield writer
    finally:
        writer.close()


csv = formats.register("csv")(Format(name="csv", endings=(".csv",), read=_read, write=_write, rows=csv_rows))
