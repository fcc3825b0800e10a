"""Opening datasets, finding out their formats, and handing out their cases, which nothing here keeps.

``check_datasets`` looks at all of a suite's datasets once, before anything is paid for; ``read_cases`` hands out the
cases. What a file may hold is a format's (``formats/``), what a row may hold ``case_row.py``'s and ``case_table.py``'s.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import msgspec

from assay.author.source import WorkingTree, unreadable
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.case_table import Ids, cases_of_rows, is_of_content
from assay.evaluate.dataset_format import Feed, Format, Peek, formats
from assay.evaluate.json_items import items, lines
from assay.evaluate.seen_id import SeenIds
from assay.evaluate.types import Case, DatasetSpec

SPLIT = "split"
"""The tag that says which split a case is in."""

MAX_LEVELS = 90
"""Levels of lists and objects in each other, less than a document in YAML may have."""

MAX_TAGS = 50
MAX_TAG_VALUES = 50

_BUFFER_BYTES = 1 << 16
_LISTS = ("cases", "data", "items", "examples")
"""The keys below which a JSON file of cases, of whatever system, may have its list."""


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """A file that a person named as a dataset.

    Attributes:
        path: Where it lies.
        name: How messages name it.
        part: What followed ``#``, such as a sheet.
        where: The place that named it, for messages.
        kind: The format that it is said to be in; found out when None.
        rename: From its columns or keys to those of a case; empty for a dataset that is one.
        ids: How cases are named that have no id.
        split: Only the cases whose tag ``split`` says this count.
        digest: The digest that all of its cases must have, or the start of it.
    """

    path: Path
    name: str
    part: str | None = None
    where: Location | None = None
    kind: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    ids: Ids | None = None
    split: str | None = None
    digest: str | None = None


@dataclass(slots=True)
class DatasetFacts:
    """What one look at a suite's datasets tells.

    Attributes:
        digests: The path of each dataset -> ``sha256:`` of its cases, whatever their order and the file's format.
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


def dataset_file(source: WorkingTree, path: str, *, where: Location | None = None) -> DatasetFile:
    """The file of a project that a dataset's name means.

    Args:
        source: The project's files.
        path: The dataset, relative to the project's folder; ``#`` and a name choose a part of a file that has parts.
        where: The place that named it, for messages.

    Raises:
        BadInput: It lies outside the project, or no format has a name that ends like this.
    """
    file, part = split_part(path)
    if not formats_for(ending_of(file)):
        raise _no_dataset(path, where)
    return DatasetFile(source.locate(file, where=where), source.name(file), part, where)


def split_part(path: str) -> tuple[str, str | None]:
    """A dataset's name without ``#`` and what follows, and that; a file may have ``#`` in its own name."""
    file, mark, part = path.rpartition("#")
    if mark and any(found.parts for found in formats_for(ending_of(file))):
        return file, part
    return path, None


def read_cases(source: WorkingTree, path: str, *, where: Location | None = None) -> Iterator[Case]:
    """The cases of a dataset, one at a time, in the order of the file.

    Args:
        source: The project's files.
        path: The dataset, relative to the project's folder.
        where: The place that named it, for messages.

    Raises:
        BadInput: The file cannot be read, holds no case, or holds something else; with its line.
    """
    yield from cases_in(dataset_file(source, path, where=where))


def cases_in(file: DatasetFile) -> Iterator[Case]:
    """The cases of a file, one at a time, in its order.

    Raises:
        BadInput: As ``read_cases``.
        Unavailable: Its format needs a package that is not installed.
    """
    with _open(file) as handle:
        feed = Feed(handle, file.name, ending_of(file.name), file.part)
        found = _format_of(file, feed)
        empty = True
        try:
            for case in _read(found, feed, file):
                empty = False
                _check_depth(case)
                if file.split is None or case.tags.get(SPLIT) == file.split:
                    yield case
        except OSError as error:
            raise unreadable(file.name, error) from None
    if empty:
        raise BadInput(
            "the dataset holds no case",
            hint="write at least one, with an id and inputs",
            code="dataset.empty",
            where=Location(file.name, 1),
        )


def _check_depth(case: Case) -> None:
    """Refuse what some later step could not walk through."""
    level: list[object] = [case.inputs, case.expected]
    for _ in range(MAX_LEVELS):
        level = [
            item
            for value in level
            if isinstance(value, (dict, list))
            for item in (value.values() if isinstance(value, dict) else value)
            if isinstance(item, (dict, list))
        ]
        if not level:
            return
    raise BadInput(
        f"case {case.id!r} nests lists and objects more than {MAX_LEVELS} levels deep",
        hint="flatten it",
        code="dataset.too_deep",
        where=case.where,
    )


def _format_of(file: DatasetFile, feed: Feed) -> Format:
    """The format that was named; else the one found out, or the plain one of the ending where parts are mapped."""
    if file.kind is not None:
        return formats.get(file.kind)
    if file.rename or file.ids is not None:
        plain = [found for found in formats_for(feed.ending) if found.rows is not None]
        return plain[0] if plain else detect(feed, file.where)
    return detect(feed, file.where)


def _read(found: Format, feed: Feed, file: DatasetFile) -> Iterator[Case]:
    if not file.rename and file.ids is None:
        return found.read(feed)
    if found.rows is None:
        raise BadInput(
            f"{file.name} is in the format {found.name!r}, whose parts have their places already",
            hint="leave --map and --ids out",
            code="dataset.map",
        )
    return cases_of_rows(found.rows(feed), rename=file.rename, ids=file.ids)


def check_dataset_file(source: WorkingTree, path: str, *, where: Location) -> None:
    """Open the dataset and read nothing.

    Raises:
        BadInput: It is no dataset by its name, or cannot be opened.
    """
    _open(dataset_file(source, path, where=where)).close()


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
    return check_files({path: dataset_file(source, path, where=where) for path in paths}, check=check)


def check_specs(
    source: WorkingTree, specs: Sequence[DatasetSpec], *, check: Callable[[Case], None] = lambda _: None
) -> DatasetFacts:
    """``check_datasets`` for a suite's entries, by their labels: splits are picked, and pins are held.

    Raises:
        BadInput: As ``check_datasets``; or a split without a case, or cases that are not the pinned ones.
    """
    return check_files({spec.label: spec_file(source, spec) for spec in specs}, check=check)


def spec_cases(source: WorkingTree, spec: DatasetSpec) -> Iterator[Case]:
    """The cases that a suite's entry picks.

    Raises:
        BadInput: As ``read_cases``.
    """
    return cases_in(spec_file(source, spec))


def spec_of_label(label: str) -> DatasetSpec:
    """The entry that has that label in a run's plan or summary."""
    file, bracket, split = label.partition("[") if label.endswith("]") else (label, "", "")
    return DatasetSpec(file, split.removesuffix("]") if bracket else None)


def spec_file(source: WorkingTree, spec: DatasetSpec) -> DatasetFile:
    """The file that a suite's entry means, with the split and the pin."""
    found = dataset_file(source, spec.file, where=spec.where)
    return replace(found, split=spec.split, digest=spec.digest)


def check_files(files: Mapping[str, DatasetFile], *, check: Callable[[Case], None] = lambda _: None) -> DatasetFacts:
    """``check_datasets`` for files wherever they lie, by the names under which their digests are told."""
    facts = DatasetFacts()
    with SeenIds() as seen:
        for number, file in enumerate(files.values()):
            before = facts.cases
            for case in cases_in(file):
                seen.add(case, file=number)
                _count(facts, case)
                check(case)
            if facts.cases == before:
                raise _no_split(file)
        check_unique(seen)
        facts.digests = {name: seen.digest(number) for number, name in enumerate(files)}
        facts.clusters = seen.clusters()
    for name, file in files.items():
        if file.digest is not None:
            _check_pin(file, facts.digests[name] if file.split is None else _whole_digest(file))
    return facts


def _whole_digest(file: DatasetFile) -> str:
    with SeenIds() as seen:
        for case in cases_in(replace(file, split=None)):
            seen.add(case)
        return seen.digest()


def _check_pin(file: DatasetFile, digest: str) -> None:
    assert file.digest is not None
    if not digest.startswith(file.digest):
        raise BadInput(
            f"{file.name} does not hold the cases that the suite has pinned: their digest is {digest[:19]}…",
            hint=f"bring the pinned cases back, or pin these: @{digest}",
            code="dataset.pin",
            where=file.where,
        )


def _no_split(file: DatasetFile) -> BadInput:
    known = sorted({case.tags[SPLIT] for case in cases_in(replace(file, split=None)) if SPLIT in case.tags})
    hint = (
        f"it has {', '.join(known[:10])}"
        if known
        else "its cases have no tag 'split'; 'assay dataset split' gives them one"
    )
    return BadInput(
        f"{file.name} has no case in the split {file.split!r}", hint=hint, code="dataset.split", where=file.where
    )


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


def check_unique(seen: SeenIds, *, ids: Ids | None = None) -> None:
    """Complain about the first id that stands twice; ``ids`` is how cases without one were named."""
    twice = seen.first_twice()
    if twice is None:
        return
    if ids == "content" and is_of_content(twice.id):
        raise BadInput(
            f"the case has the same inputs as the one at {twice.first}, and is named after them",
            hint="take one of the two out, or name cases by their rows: --ids row",
            code="dataset.duplicate_id",
            where=twice.second,
        )
    raise BadInput(
        f"the id {twice.id!r} stands twice",
        hint=f"the first is at {twice.first}; give each case of the suite an id of its own",
        code="dataset.duplicate_id",
        where=twice.second,
    )


def _open(file: DatasetFile) -> BinaryIO:
    try:
        return file.path.open("rb", buffering=_BUFFER_BYTES)
    except OSError as error:
        raise unreadable(file.name, error, file.where) from None


def detect(feed: Feed, where: Location | None = None) -> Format:
    """The format of a file, by its ending and, where several have it, by its start.

    Raises:
        BadInput: No format has a name that ends like this.
    """
    candidates = formats_for(feed.ending)
    if not candidates:
        raise _no_dataset(feed.file, where)
    by_start = [found for found in candidates if found.knows is not None]
    if by_start:
        peek = _peek(feed)
        for found in by_start:
            if found.knows is not None and found.knows(peek):
                return found
    return next((found for found in candidates if found.knows is None), candidates[0])


def _peek(feed: Feed) -> Peek:
    """The start of the file, which is then at its start again; nothing where it cannot be made out."""
    try:
        if feed.ending == ".csv":
            _, line = next(lines(feed.handle, feed.file))
            return Peek(frozenset(next(csv.reader([line.decode()]))))
        found = items(feed.handle, feed.file, keys=_LISTS) if feed.ending == ".json" else _first_lines(feed)
        first = msgspec.json.decode(next(found)[1])
        return Peek(frozenset(first), first) if isinstance(first, dict) else Peek()
    except (BadInput, msgspec.DecodeError, UnicodeDecodeError, RecursionError, StopIteration, csv.Error, OSError):
        return Peek()  # the native format says what is wrong, with the line
    finally:
        feed.handle.seek(0)


def _first_lines(feed: Feed) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, line in lines(feed.handle, feed.file) if not line.isspace())


def formats_for(ending: str) -> list[Format]:
    """The formats whose files end like this."""
    return [found for found in map(formats.get, formats.names()) if ending in found.endings]


def ending_of(path: str) -> str:
    """How a file's name ends, in lower case: ``.jsonl``."""
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :].lower() if "." in name else ""


def _no_dataset(path: str, where: Location | None) -> BadInput:
    endings = dict.fromkeys(e for found in map(formats.get, formats.names()) for e in found.endings)
    return BadInput(
        f"{path} is not a dataset by its name",
        hint=f"its name ends in {', '.join(sorted(endings))}",
        code="dataset.kind",
        where=where,
    )
