"""The samples of two runs, case by case: which cases both have, and their rows side by side.

Runs over the same dataset have their cases in the same order, so both files are read once, in step. Where the order
differs, the place of each case in the first file is looked up; that takes memory for each case, and nothing else does.
Says nothing about figures: that is ``run_comparison.py``.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO

import msgspec

from assay.core.errors import BadInput
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.run_folder import SAMPLES, damaged_row, read_row
from assay.evaluate.types import SampleRow
from assay.storage.sqlite import storage_failed


class Overlap(msgspec.Struct, kw_only=True):
    """How many cases are in both runs, and how many are left out, by reason.

    Attributes:
        common: Cases that are compared.
        only_before: Cases that the first run alone has.
        only_after: Cases that the second run alone has.
        changed: Cases with the same id and other inputs.
        incomplete: Cases of which one run lacks a sample.
    """

    common: int = 0
    only_before: int = 0
    only_after: int = 0
    changed: int = 0
    incomplete: int = 0


class _OnlyCase(msgspec.Struct):
    case: str


_read_case = msgspec.json.Decoder(_OnlyCase).decode


def require_same_datasets(before: FinishedRun, after: FinishedRun) -> None:
    """Two runs are comparable as they are when they were made over the same bytes.

    Raises:
        BadInput: A dataset differs.
    """
    first, second = before.summary.datasets, after.summary.datasets
    if sorted(first.values()) == sorted(second.values()):
        return
    names = sorted({*first, *second} - {name for name in first if first[name] == second.get(name)})
    raise BadInput(
        f"the two runs were made over different datasets: {', '.join(names)}",
        hint="--common compares the cases that both have with equal inputs",
        code="compare.datasets",
    )


def paired_cases(
    before: FinishedRun, after: FinishedRun, overlap: Overlap
) -> Iterator[tuple[list[SampleRow], list[SampleRow]]]:
    """The rows of each case that both runs have with equal inputs, in the order of the second.

    Args:
        before: The first run.
        after: The second.
        overlap: Is counted up on the way; ``common`` is the caller's.

    Raises:
        StorageFailed: Rows cannot be read, or a line is damaged.
    """
    with ExitStack() as stack:
        first, second = (_Cases(stack, run) for run in (before, after))
        while (rows := second.take()) is not None:
            partner = first.find(rows[0].case)
            if partner is None:
                overlap.only_after += 1
            elif partner[0].inputs != rows[0].inputs:
                overlap.changed += 1
            else:
                yield partner, rows
        overlap.only_before = first.left_over()


class _Cases:
    """One run's rows, a case at a time."""

    def __init__(self, stack: ExitStack, run: FinishedRun) -> None:
        self._path = run.folder / SAMPLES
        try:
            self._file: BinaryIO = stack.enter_context(self._path.open("rb"))
        except OSError as error:
            raise storage_failed(self._path, error) from None
        self._places: dict[str, tuple[int, int]] | None = None
        self._found = 0
        self._line = 0
        self._held: SampleRow | None = self._row()

    def _row(self) -> SampleRow | None:
        try:
            line = self._file.readline()
            self._line += 1
            return read_row(line, self._path, self._line) if line else None
        except OSError as error:
            raise storage_failed(self._path, error) from None

    def take(self) -> list[SampleRow] | None:
        """The next case's rows."""
        if self._held is None:
            return None
        rows = [self._held]
        while (row := self._row()) is not None and row.case == rows[0].case:
            rows.append(row)
        self._held = row
        return rows

    def find(self, case: str) -> list[SampleRow] | None:
        """That case's rows: the next, or else wherever they stand."""
        if self._held is None or self._held.case != case:
            places = self._look_up()
            if case not in places:
                return None
            place, self._line = places[case]
            self._file.seek(place)
            self._held = self._row()
        self._found += 1
        return self.take()

    def _look_up(self) -> dict[str, tuple[int, int]]:
        """Case -> where its rows begin, and how many lines stand before."""
        if self._places is None:
            self._places = {}
            here, place = self._file.tell(), 0
            self._file.seek(0)
            for number, line in enumerate(self._file):
                self._places.setdefault(self._case_of(line, number + 1), (place, number))
                place += len(line)
            self._file.seek(here)
        return self._places

    def _case_of(self, line: bytes, number: int) -> str:
        try:
            return _read_case(line).case
        except msgspec.MsgspecError as error:
            raise damaged_row(error, self._path, number) from None

    def left_over(self) -> int:
        """How many cases were never asked for."""
        if self._places is not None:
            return len(self._places) - self._found
        count = 0
        while self.take() is not None:
            count += 1
        return count
