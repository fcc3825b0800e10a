"""What a format of datasets is: how its files are read and written, and how one is known.

A format is a plug-in in ``formats/``, named as ``assay dataset convert --from`` and ``--to`` name it. It turns an
open file into cases, one at a time, and cases into a file. Opening files is ``dataset.py``'s.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from assay.core.errors import BadInput, Unavailable
from assay.core.location import Location
from assay.core.plugins import Registry
from assay.evaluate.case_shape import Shape
from assay.evaluate.types import Case

EXTRA = "data"


@dataclass(frozen=True, slots=True)
class Feed:
    """A dataset's file, open.

    Attributes:
        handle: The bytes, at their start; they can be read from the start again.
        file: The file as messages name it.
        ending: How its name ends, in lower case: ``.jsonl``.
        part: What follows ``#`` in the dataset's name, such as a sheet; None for the first.
    """

    handle: BinaryIO
    file: str
    ending: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a row's cells, and where they stand."""

    names: tuple[str, ...]
    where: Location


@dataclass(frozen=True, slots=True)
class Row:
    """One row before it is a case.

    Attributes:
        header: The names of the cells; rows of a table share one.
        cells: As many as names in a row that is right. None is an empty cell.
        where: Where the row stands.
        cell_at: Where one of its cells stands, for formats that can say so.
    """

    header: Header
    cells: Sequence[object]
    where: Location
    cell_at: Callable[[int], Location] | None = None


@dataclass(frozen=True, slots=True)
class Peek:
    """The start of a file, by which formats with the same ending are told apart.

    Attributes:
        keys: The keys of the first object of a JSON file, or the columns of a CSV file.
        first: That object; empty for CSV.
    """

    keys: frozenset[str] = frozenset()
    first: Mapping[str, object] = field(default_factory=dict)


class CaseWriter(Protocol):
    """Takes the cases of a dataset, one after the other."""

    def add(self, case: Case) -> None:
        """Write one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of datasets.

    Attributes:
        name: Its name on the command line.
        endings: How its files' names end.
        read: The cases of a file; raises BadInput with the place of what is wrong.
        writes: The endings of the files that it writes; empty for all of them.
        write: A writer of a file, given what all cases together have; what it holds back is written on leaving.
        rows: The rows as they stand, for formats whose columns or keys can be mapped to parts of a case.
        knows: Whether a file with one of its endings is in this format, by its start. None: every file that no
            other format knows.
        parts: Whether a file can hold several datasets, named by ``#`` and what follows.
    """

    name: str
    endings: tuple[str, ...]
    writes: tuple[str, ...] = ()
    read: Callable[[Feed], Iterator[Case]]
    write: Callable[[BinaryIO, Shape], AbstractContextManager[CaseWriter]]
    rows: Callable[[Feed], Iterator[Row]] | None = None
    knows: Callable[[Peek], bool] | None = None
    parts: bool = False


formats: Registry[Format] = Registry("format", "assay.evaluate.formats")


def missing_extra(file: str, package: str) -> Unavailable:
    """The error for a format whose library is not installed."""
    return Unavailable(
        f"{file} cannot be read or written: the package {package!r} is not installed",
        hint=f"pip install 'assay[{EXTRA}]', or convert the dataset to JSON Lines where it is installed",
        code="dataset.extra",
    )


def cannot_hold(case: Case, what: str, hint: str) -> BadInput:
    """The error for a case that a format has no way to write."""
    return BadInput(f"case {case.id!r}: {what}", hint=hint, code="dataset.cannot_hold", where=case.where)


def row_of_case(case: Case) -> dict[str, object]:
    """The case as the JSON object that the native formats write; what it does not have is left out."""
    found: dict[str, object] = {"id": case.id, "inputs": case.inputs}
    if case.has_expected:
        found["expected"] = case.expected
    if case.cluster is not None:
        found["cluster"] = case.cluster
    if case.tags:
        found["tags"] = case.tags
    return found


def json_text(value: object) -> str:
    """A value as JSON, on one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
