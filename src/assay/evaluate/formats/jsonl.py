"""Format ``jsonl``: JSON Lines, a case a line, read and written as a stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from assay.core.location import Location
from assay.evaluate.case_row import case_of_line
from assay.evaluate.case_shape import Shape
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Header, Row, formats, row_of_case
from assay.evaluate.json_items import lines, objects
from assay.evaluate.types import Case

_encode = msgspec.json.Encoder().encode


def _read(feed: Feed) -> Iterator[Case]:
    for number, line in lines(feed.handle, feed.file):
        if not line.isspace():
            yield case_of_line(line, Location(feed.file, number))


def _rows(feed: Feed) -> Iterator[Row]:
    for value, where in objects(feed.handle, feed.file, lined=True):
        yield Row(Header(tuple(value), where), list(value.values()), where)


class _Writer:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def add(self, case: Case) -> None:
        self._out.write(_encode(row_of_case(case)) + b"\n")


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:  # noqa: ARG001 - every format takes both
    yield _Writer(out)


jsonl = formats.register("jsonl")(
    Format(name="jsonl", endings=(".jsonl", ".ndjson"), read=_read, write=_write, rows=_rows)
)
