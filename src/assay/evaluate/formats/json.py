"""Format ``json``: a list of cases, or ``cases`` and the list, read and written item by item."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from assay.core.errors import BadInput
from assay.core.fields import describe
from assay.core.location import Location
from assay.evaluate.case_row import case_of_line
from assay.evaluate.case_shape import Shape
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Header, Row, formats, row_of_case
from assay.evaluate.json_items import items, objects
from assay.evaluate.types import Case

_KEYS = ("cases",)

_encode = msgspec.json.Encoder().encode


def _read(feed: Feed) -> Iterator[Case]:
    found = items(feed.handle, feed.file, keys=_KEYS)
    for line, text in found:
        where = Location(feed.file, line)
        if not text.startswith(b"{"):
            for _ in found:  # a file that is no JSON at all is told as that
                pass
            raise BadInput(
                f"the row is {describe(msgspec.json.decode(text))}, not a case",
                hint='write a list of cases, such as [{"id": "a", "inputs": {"text": "…"}}]',
                code="dataset.row",
                where=where,
            )
        yield case_of_line(text, where)


def _rows(feed: Feed) -> Iterator[Row]:
    for value, where in objects(feed.handle, feed.file, lined=False, keys=_KEYS):
        yield Row(Header(tuple(value), where), list(value.values()), where)


class _Writer:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._before = b"[\n"

    def add(self, case: Case) -> None:
        self._out.write(self._before + _encode(row_of_case(case)))
        self._before = b",\n"


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:  # noqa: ARG001 - every format takes both
    yield _Writer(out)
    out.write(b"\n]\n")


json = formats.register("json")(Format(name="json", endings=(".json",), read=_read, write=_write, rows=_rows))
