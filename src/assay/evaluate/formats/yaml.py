"""Format ``yaml``: a list of cases, or ``cases`` and the list; read whole, since such files are small."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from assay.author.exchange.yaml_text import dump_yaml
from assay.author.source import decode
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.location import Location, Path
from assay.evaluate.case_row import case_of_node
from assay.evaluate.case_shape import Shape
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Header, Row, cannot_hold, formats, row_of_case
from assay.evaluate.types import Case

MAX_DOCUMENT_BYTES = 4_000_000

_LINES_INSTEAD = "write it as JSON Lines, one case a line, in a file that ends in .jsonl"


def _nodes(feed: Feed) -> tuple[Document, Path, list[object]]:
    """The document, and the list of cases in it with its path."""
    data = feed.handle.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise BadInput(
            f"{feed.file} is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB, and a dataset in YAML is read whole",
            hint=_LINES_INSTEAD,
            code="dataset.too_large",
            where=Location(feed.file, 1),
        )
    document = parse_document(decode(data, feed.file), file=feed.file)
    path: tuple[str, ...] = ()
    cases = document.value
    if isinstance(cases, dict) and list(cases) == ["cases"]:
        path, cases = ("cases",), cases["cases"]
    if cases is None and not path:
        return document, path, []
    if not isinstance(cases, list):
        raise BadInput(
            "the document is not a list of cases",
            hint="write a list of cases, or 'cases:' and the list below it, and nothing beside it",
            code="dataset.no_list",
            where=document.at(),
        )
    return document, path, cases


def _read(feed: Feed) -> Iterator[Case]:
    document, path, cases = _nodes(feed)
    for i in range(len(cases)):
        yield case_of_node(document, *path, i)


def _rows(feed: Feed) -> Iterator[Row]:
    document, path, cases = _nodes(feed)
    for i, value in enumerate(cases):
        where = document.at(*path, i)
        where = Location(where.file, where.line)
        if not isinstance(value, dict):
            case_of_node(document, *path, i)  # says that it is no mapping
            continue
        yield Row(Header(tuple(value), where), list(value.values()), where)


class _Writer:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._bytes = 0

    def add(self, case: Case) -> None:
        data = dump_yaml([row_of_case(case)]).encode()
        self._bytes += len(data)
        if self._bytes > MAX_DOCUMENT_BYTES:
            what = f"with it the file is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB, and YAML is read whole"
            raise cannot_hold(case, what, _LINES_INSTEAD)
        self._out.write(data)


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:  # noqa: ARG001 - every format takes both
    yield _Writer(out)


yaml = formats.register("yaml")(Format(name="yaml", endings=(".yaml", ".yml"), read=_read, write=_write, rows=_rows))
