"""Moments of many series in many groups at once: all cases, and each slice.

Blocks come one after another and are let go of; what stays is a few numbers for each series and group, and for each
series, group and named cluster a sum. So memory grows with named clusters and slices, and not with cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.evaluate.gating.case_column import Block, Codes, Floats
from assay.evaluate.gating.cell import FEW_CLUSTERS, Cell
from assay.stats.clusters import ClusterSums

ALL = 0
"""The group of all cases; a slice's group is its number plus 1."""


@dataclass(frozen=True, slots=True)
class Series:
    """A number for each case, made from columns.

    Attributes:
        kind: ``value`` of one column, or the ``difference`` or ``log-ratio`` of two.
        column: The column, or the candidate's.
        baseline: The baseline's column; -1 for a value.
    """

    kind: str
    column: int
    baseline: int = -1

    def of(self, block: Block) -> Floats:
        """The numbers of a block's cases; NaN where nothing is known."""
        value: Floats = block.values[self.column]
        if self.kind == "value":
            return value
        base = block.values[self.baseline]
        if self.kind == "difference":
            difference: Floats = value - base
            return difference
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio: Floats = np.log(value) - np.log(base)
        ratio[(value == 0) & (base == 0)] = 0.0  # free, or instant, on both sides: no change
        ratio[np.isinf(ratio)] = np.nan
        return ratio

    def spread_of(self, block: Block) -> Floats | None:
        """The variance that one repeat adds to each number; None where it is not known."""
        if block.spread is None or self.kind == "log-ratio":
            return None
        spread: Floats = block.spread[self.column]
        return spread if self.kind == "value" else spread + block.spread[self.baseline]


class Groups:
    """The moments of some series, in all cases and in each slice.

    Args:
        series: The series.
        repeats: How many repeats a case's number is made from.
    """

    def __init__(self, series: Sequence[Series], *, repeats: int = 1) -> None:
        self._series = tuple(series)
        self._repeats = repeats
        self._groups = 1
        self._pairs: dict[tuple[int, int], int] = {}
        self._group_of: list[int] = []
        self._moments = [_Moments() for _ in self._series]

    def add(self, block: Block) -> None:
        """Take in the cases of one block."""
        layers = [np.zeros(len(block.clusters), dtype=np.int64), *(block.slices + 1)]
        self._groups = max(self._groups, *(int(layer.max(initial=0)) + 1 for layer in layers))
        places = [(layer, self._place(layer, block.clusters)) for layer in layers]
        for series, moments in zip(self._series, self._moments, strict=True):
            moments.grow(self._groups, len(self._group_of))
            values, spread = series.of(block), series.spread_of(block)
            for number, (layer, place) in enumerate(places):
                chosen = slice(None) if number == 0 else layer > 0
                moments.add(values[chosen], layer[chosen], place[chosen], None if spread is None else spread[chosen])

    def _place(self, layer: Codes, clusters: Codes) -> Codes:
        """Of each case the number of its pair of group and named cluster; -1 where it has no cluster."""
        named = clusters >= 0
        place = np.full(len(clusters), -1, dtype=np.int64)
        if not named.any():
            return place
        width = int(clusters.max()) + 1
        pairs, inverse = np.unique(layer[named] * width + clusters[named], return_inverse=True)
        numbers = [self._pair(*divmod(pair, width)) for pair in pairs.tolist()]
        place[named] = np.array(numbers, dtype=np.int64)[inverse]
        return place

    def _pair(self, group: int, cluster: int) -> int:
        number = self._pairs.get((group, cluster))
        if number is None:
            number = self._pairs[group, cluster] = len(self._group_of)
            self._group_of.append(group)
        return number

    def cell(self, series: int, group: int = ALL) -> Cell:
        """What is known of that series in that group."""
        return self.cells(series)[group]

    def cells(self, series: int) -> list[Cell]:
        """What is known of that series: in all cases, then in each slice."""
        found = self._moments[series]
        found.grow(self._groups, len(self._group_of))
        return found.cells(np.array(self._group_of, dtype=np.int64), self._repeats)

    def clusters_above_zero(self, series: int) -> tuple[int, int, int]:
        """Of all cases: clusters with a number above 0, clusters, and cases without a number."""
        cell, found = self.cell(series), self._moments[series]
        named = np.array(self._group_of, dtype=np.int64) == ALL
        above = int(found.of["alone_gained"][ALL]) + int(np.count_nonzero(found.pair_sum[named] > 0))
        return above, cell.clusters, cell.left_out


_ALONE = ("alone_n", "alone_sum", "alone_square", "alone_gained")
_FIELDS = ("n", "left_out", "sum", "square", "gained", "lost", "odd", *_ALONE, "within")


class _Moments:
    """One series: sums by group, and by pair of group and named cluster."""

    def __init__(self) -> None:
        self.of = {name: np.zeros(0) for name in _FIELDS}
        self.pair_sum, self.pair_n = np.zeros(0), np.zeros(0)
        self._spread_known = True
        self._alone: dict[int, list[float]] = {}

    def grow(self, groups: int, pairs: int) -> None:
        for name, held in self.of.items():
            self.of[name] = _longer(held, groups)
        self.pair_sum, self.pair_n = _longer(self.pair_sum, pairs), _longer(self.pair_n, pairs)

    def add(self, values: Floats, group: Codes, place: Codes, spread: Floats | None) -> None:
        known = ~np.isnan(values)
        if not known.all():
            self._count("left_out", group[~known])
            values, group, place = values[known], group[known], place[known]
            spread = None if spread is None else spread[known]
        self._count("n", group)
        self._count("sum", group, values)
        self._count("square", group, values * values)
        self._count("gained", group[values > 0])
        self._count("lost", group[values < 0])
        self._count("odd", group[(values != 0) & (np.abs(values) != 1)])
        alone = place < 0
        if alone.any():
            self._keep_few(group[alone], values[alone])
            self._count("alone_n", group[alone])
            self._count("alone_sum", group[alone], values[alone])
            self._count("alone_square", group[alone], values[alone] ** 2)
            self._count("alone_gained", group[alone & (values > 0)])
        if not alone.all():
            pairs = len(self.pair_n)
            self.pair_sum += np.bincount(place[~alone], values[~alone], minlength=pairs)
            self.pair_n += np.bincount(place[~alone], minlength=pairs)
        if spread is None:
            self._spread_known = False
        else:
            self._count("within", group, spread)

    def _keep_few(self, group: Codes, values: Floats) -> None:
        """Keep the numbers of groups that have few as yet."""
        for g in np.flatnonzero(self.of["alone_n"] < FEW_CLUSTERS):
            kept = self._alone.setdefault(int(g), [])
            kept += values[group == g][: FEW_CLUSTERS - len(kept)].tolist()

    def _count(self, name: str, group: Codes, weights: Floats | None = None) -> None:
        held = self.of[name]
        held += np.bincount(group, weights, minlength=len(held))

    def cells(self, group_of: Codes, repeats: int) -> list[Cell]:
        of, groups = self.of, len(self.of["n"])
        n = np.maximum(of["n"], 1)
        mean = of["sum"] / n
        squares = np.maximum(of["square"] - mean * of["sum"], 0)
        alone = of["alone_square"] - 2 * mean * of["alone_sum"] + mean**2 * of["alone_n"]
        there = self.pair_n > 0
        of_pair = group_of[there]
        apart = self.pair_sum[there] - self.pair_n[there] * mean[of_pair]
        together = np.bincount(of_pair, apart**2, minlength=groups) + np.maximum(alone, 0)
        clusters = np.bincount(of_pair, minlength=groups) + of["alone_n"]
        return [
            Cell(
                n=int(of["n"][g]),
                left_out=int(of["left_out"][g]),
                clusters=int(clusters[g]),
                mean=float(mean[g]),
                squares=float(squares[g]),
                cluster_squares=float(together[g]),
                gained=int(of["gained"][g]),
                lost=int(of["lost"][g]),
                binary=not of["odd"][g],
                within=float(of["within"][g] / n[g]) if self._spread_known and of["n"][g] else None,
                repeats=repeats,
                few=self._few(g, group_of) if 2 <= clusters[g] < FEW_CLUSTERS else None,
            )
            for g in range(groups)
        ]

    def _few(self, group: int, group_of: Codes) -> ClusterSums:
        named = (group_of == group) & (self.pair_n > 0)
        alone = np.array(self._alone.get(group, ()), dtype=np.float64)
        return ClusterSums(
            np.concatenate([self.pair_sum[named], alone]), np.concatenate([self.pair_n[named], np.ones(len(alone))])
        )


def _longer(held: Floats, length: int) -> Floats:
    return held if len(held) >= length else np.concatenate([held, np.zeros(length - len(held))])
