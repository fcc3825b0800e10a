"""Rows in plan order to one number for each case, variant and metric, in blocks of columns.

A case's number is the mean over its repeats; for ``pass`` the gate may say instead how many of them must pass. A
variant that lacks a repeat of a case says nothing of it, so that nothing unpaired is ever compared. Memory is that of
one block, the names of clusters and slices, and eight bytes a case to find ids that stand twice.
"""

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay.evaluate.gate_spec import CaseRule
from assay.evaluate.gating.metric import NOTHING, Read
from assay.evaluate.types import SampleRow

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

BLOCK = 8192
MAX_VALUES = 200
"""Values of one tag that are told apart; a tag with more is not one of slices."""


class Column(NamedTuple):
    """One number a case: what a metric is under a variant."""

    variant: str
    metric: str


@dataclass(frozen=True, slots=True)
class Block:
    """Some cases as columns.

    Attributes:
        values: Column x case; NaN where nothing is known.
        spread: The same: the variance of a case's repeats; None where each case was run once.
        clusters: Of each case the number of its cluster; -1 is a cluster of its own.
        slices: Tag x case: the number of the slice; -1 is in none.
    """

    values: Floats
    spread: Floats | None
    clusters: Codes
    slices: Codes


@dataclass(slots=True)
class Names:
    """Numbers for texts, in the order in which they are first seen."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The text's number."""
        return self.numbers.setdefault(name, len(self.numbers))


class CaseColumns:
    """Reduces rows to cases.

    Args:
        readers: Every column, with what reads it from a row of its variant.
        repeats: How often each case is run.
        rule: When a case passes; None takes the share of its repeats.
        tags: The tags whose values are slices.
        take: Is given the blocks.

    Attributes:
        duplicates: Rows that stand twice.
        incomplete: Cases of which a variant lacks a repeat.
        slices: The slices that were seen, ``TAG=VALUE``.
        crowded: Tags with more values than are told apart.
    """

    def __init__(
        self,
        readers: dict[Column, Read],
        *,
        repeats: int,
        rule: CaseRule | None,
        tags: Sequence[str],
        take: Callable[[Block], None],
    ) -> None:
        self._readers = list(readers.items())
        self._of = {variant: self._columns_of(variant) for variant in {column.variant for column in readers}}
        self._repeats, self._rule, self._tags, self._take = repeats, rule, tuple(tags), take
        self._case: str | None = None
        self._first: SampleRow | None = None
        self._seen: dict[str, int] = {}
        self._held: list[list[float]] = [[] for _ in self._readers]
        self._clusters = Names()
        self._ids = array("Q")
        self.slices = Names()
        self._values: dict[str, int] = {}
        self.crowded: set[str] = set()
        self.duplicates = self.incomplete = 0
        self._reset()

    def _columns_of(self, variant: str) -> list[tuple[int, Read]]:
        return [(i, read) for i, (column, read) in enumerate(self._readers) if column.variant == variant]

    def _reset(self) -> None:
        self._numbers: list[list[float]] = []
        self._spreads: list[list[float]] = []
        self._cluster: list[int] = []
        self._slice: list[list[int]] = []

    def add(self, row: SampleRow) -> None:
        """Take in one row."""
        if row.case != self._case:
            self._end_case()
            self._case, self._first = row.case, row
            self._ids.append(int.from_bytes(blake2b(row.case.encode(), digest_size=8).digest(), "little"))
        columns = self._of.get(row.variant)
        if columns is None:
            return
        bit = 1 << row.repeat
        if self._seen.get(row.variant, 0) & bit:
            self.duplicates += 1
            return
        self._seen[row.variant] = self._seen.get(row.variant, 0) | bit
        for i, read in columns:
            self._held[i].append(read(row))

    @property
    def total(self) -> int:
        """How many cases there were."""
        return len(self._ids)

    def finish(self) -> None:
        """Hand over what is left, once the last row is in."""
        self._end_case()
        self._case = None
        self._flush()
        ids = np.frombuffer(self._ids, dtype=np.uint64)
        self.duplicates += len(ids) - len(np.unique(ids))

    def _end_case(self) -> None:
        if self._first is None:
            return
        whole = {variant for variant, seen in self._seen.items() if seen == (1 << self._repeats) - 1}
        self.incomplete += len(whole) < len(self._of)
        numbers, spreads = [], []
        for (column, _), held in zip(self._readers, self._held, strict=True):
            known = [value for value in held if not math.isnan(value)] if column.variant in whole else []
            numbers.append(self._number(column, known))
            spreads.append(_variance(known) if self._repeats > 1 else 0.0)
            held.clear()
        self._numbers.append(numbers)
        self._spreads.append(spreads)
        cluster = self._first.cluster
        self._cluster.append(-1 if cluster is None else self._clusters.number(cluster))
        self._slice.append([self._slice_of(tag, self._first.tags.get(tag)) for tag in self._tags])
        self._seen.clear()
        self._first = None
        if len(self._numbers) >= BLOCK:
            self._flush()

    def _number(self, column: Column, known: list[float]) -> float:
        if not known:
            return NOTHING
        if column.metric == "pass" and self._rule is not None:
            return float(sum(known) >= self._rule.passes)
        return known[0] if len(known) == 1 else math.fsum(known) / len(known)

    def _slice_of(self, tag: str, value: str | None) -> int:
        if value is None:
            return -1
        name = f"{tag}={value}"
        if name not in self.slices.numbers:
            if self._values.get(tag, 0) >= MAX_VALUES:
                self.crowded.add(tag)
                return -1
            self._values[tag] = self._values.get(tag, 0) + 1
        return self.slices.number(name)

    def _flush(self) -> None:
        if not self._numbers:
            return
        tags = len(self._tags)
        block = Block(
            np.array(self._numbers, dtype=np.float64).T,
            np.array(self._spreads, dtype=np.float64).T if self._repeats > 1 and self._rule is None else None,
            np.array(self._cluster, dtype=np.int64),
            np.array(self._slice, dtype=np.int64).reshape(len(self._slice), tags).T,
        )
        self._reset()
        self._take(block)


def _variance(known: list[float]) -> float:
    """The variance of one case's repeats (divisor K - 1)."""
    if len(known) < 2:
        return 0.0
    mean = math.fsum(known) / len(known)
    return math.fsum((value - mean) ** 2 for value in known) / (len(known) - 1)
