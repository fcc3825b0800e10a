"""Reading datasets: JSON Lines and CSV as a stream, YAML and JSON as a whole, since those are small.

``check_datasets`` looks at all of a suite's datasets once, before anything is paid for; ``read_cases``
hands out the cases. Neither keeps them. What a row may hold is ``case_row.py``'s.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from assay.author.source import WorkingTree, decode, unreadable
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.case_row import Columns, case_of_line, case_of_node, decode_line
from assay.evaluate.seen_id import SeenIds
from assay.evaluate.types import Case

MAX_LINE_BYTES = 16_000_000
MAX_DOCUMENT_BYTES = 4_000_000
MAX_TAGS = 50
MAX_TAG_VALUES = 50

_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class DatasetFacts:
    """What one look at a suite's datasets tells.

    Attributes:
        digests: The path of each dataset -> ``sha256:`` of its bytes.
        cases: How many there are in all.
        clusters: How many clusters; a case without one is its own.
        tags: Name -> value -> cases, for the first ``MAX_TAGS`` names and ``MAX_TAG_VALUES`` values of each.
        cut_tags: The names whose values were more than that.
    """

    digests: dict[str, str] = field(default_factory=dict)
    cases: int = 0
    clusters: int = 0
    tags: dict[str, dict[str, int]] = field(default_factory=dict)
    cut_tags: set[str] = field(default_factory=set)


def read_cases(source: WorkingTree, path: str, *, where: Location | None = None) -> Iterator[Case]:
    """The cases of a dataset, one at a time, in the order of the file.

    Args:
        source: The project's files.
        path: The dataset, relative to the project's folder.
        where: The place that named it, for messages.

    Raises:
        BadInput: The file cannot be read, holds no case, or holds something else; with its line.
    """
    read = _reader(path, where)
    with _open(source, path, where) as handle:
        yield from _cases(read, handle, source.name(path))


def check_dataset_file(source: WorkingTree, path: str, *, where: Location) -> None:
    """Open the dataset and read nothing.

    Raises:
        BadInput: It is no dataset by its name, or cannot be opened.
    """
    _reader(path, where)
    _open(source, path, where).close()


def check_datasets(
    source: WorkingTree,
    paths: Sequence[str],
    *,
    where: Location | None = None,
    check: Callable[[Case], None] = lambda _: None,
) -> DatasetFacts:
    """Read all of the datasets once: every row is right, and no id stands twice among them.

    Args:
        source: The project's files.
        paths: The datasets, relative to the project's folder.
        where: The place that named them, for messages.
        check: Called with each case; what it raises ends the look.

    Raises:
        BadInput: As ``read_cases``; or an id that stands twice.
        StorageFailed: There is no room for temporary files.
    """
    facts = DatasetFacts()
    with SeenIds() as seen:
        for number, path in enumerate(paths):
            read = _reader(path, where)
            with _open(source, path, where) as raw:
                hashed = _Hashed(raw)
                for case in _cases(read, io.BufferedReader(hashed, 1 << 16), source.name(path)):
                    seen.add(case.id, case.cluster, file=number, line=case.where.line or 0)
                    _count(facts, case)
                    check(case)
                facts.digests[path] = f"sha256:{hashed.sha256.hexdigest()}"
        _check_unique(seen, [source.name(path) for path in paths])
        facts.clusters = seen.clusters()
    return facts


def _count(facts: DatasetFacts, case: Case) -> None:
    facts.cases += 1
    for name, value in case.tags.items():
        values = facts.tags.get(name)
        if values is None:
            if len(facts.tags) >= MAX_TAGS:
                continue
            values = facts.tags[name] = {}
        if value in values or len(values) < MAX_TAG_VALUES:
            values[value] = values.get(value, 0) + 1
        else:
            facts.cut_tags.add(name)


def _check_unique(seen: SeenIds, names: Sequence[str]) -> None:
    twice = seen.first_twice()
    if twice is None:
        return
    first = Location(names[twice.first[0]], twice.first[1])
    raise BadInput(
        f"the id {twice.id!r} stands twice",
        hint=f"the first is at {first}; give each case of the suite an id of its own",
        code="dataset.duplicate_id",
        where=Location(names[twice.second[0]], twice.second[1]),
    )


def _open(source: WorkingTree, path: str, where: Location | None) -> BinaryIO:
    target = source.locate(path, where=where)
    try:
        return target.open("rb", buffering=1 << 16)
    except OSError as error:
        raise unreadable(source.name(path), error, where) from None


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer that BufferedReader gives
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.sha256.update(data)
        return len(data)


_Read = Callable[[BinaryIO, str], Iterator[Case]]


def _cases(read: _Read, handle: BinaryIO, file: str) -> Iterator[Case]:
    empty = True
    try:
        for case in read(handle, file):
            empty = False
            yield case
    except OSError as error:
        raise unreadable(file, error) from None
    if empty:
        raise BadInput(
            "the dataset holds no case",
            hint="write at least one, with an id and inputs",
            code="dataset.empty",
            where=Location(file, 1),
        )


def _lines(handle: BinaryIO, file: str) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers; none is longer than ``MAX_LINE_BYTES``."""
    number = 0
    while line := handle.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise BadInput(
                f"the line is longer than {MAX_LINE_BYTES // 1_000_000} MB",
                hint="write one case a line",
                code="dataset.too_large",
                where=Location(file, number),
            )
        yield number, line.removeprefix(_BOM) if number == 1 else line


def _read_jsonl(handle: BinaryIO, file: str) -> Iterator[Case]:
    for number, line in _lines(handle, file):
        if not line.isspace():
            yield case_of_line(line, Location(file, number))


def _read_csv(handle: BinaryIO, file: str) -> Iterator[Case]:
    texts = (decode_line(line, Location(file, number)) for number, line in _lines(handle, file))
    reader = csv.reader(texts, strict=True)
    columns: Columns | None = None
    while True:
        where = Location(file, reader.line_num + 1)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(
                f"not CSV: {error}",
                hint="put quotes around a cell with a comma, a quote or a line break, and double the quotes in it",
                code="dataset.syntax",
                where=where,
            ) from None
        if cells is None:
            return
        if columns is None and cells:
            columns = Columns(cells, where)
        elif columns is not None and cells:
            yield columns.case(cells, where)


def _read_document(handle: BinaryIO, file: str) -> Iterator[Case]:
    data = handle.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise BadInput(
            f"{file} is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB, and a dataset in YAML or JSON is read whole",
            hint="write it as JSON Lines, one case a line, in a file that ends in .jsonl",
            code="dataset.too_large",
            where=Location(file, 1),
        )
    document = parse_document(decode(data, file), file=file)
    if document.value is None:
        return
    path: tuple[str, ...] = ()
    cases = document.value
    if isinstance(cases, dict) and list(cases) == ["cases"]:
        path, cases = ("cases",), cases["cases"]
    if not isinstance(cases, list):
        raise BadInput(
            "the document is not a list of cases",
            hint="write a list of cases, or 'cases:' and the list below it, and nothing beside it",
            code="dataset.no_list",
            where=document.at(),
        )
    for i in range(len(cases)):
        yield case_of_node(document, *path, i)


_READERS: dict[str, _Read] = {
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".csv": _read_csv,
    ".yaml": _read_document,
    ".yml": _read_document,
    ".json": _read_document,
}


def _reader(path: str, where: Location | None) -> _Read:
    suffix = path[path.rfind(".") :].lower() if "." in path else ""
    if suffix not in _READERS:
        raise BadInput(
            f"{path} is not a dataset by its name",
            hint=f"its name ends in {', '.join(_READERS)}",
            code="dataset.kind",
            where=where,
        )
    return _READERS[suffix]
