"""How much the difference of two variants varies from case to case, and what follows for a number of cases. Pure.

From a past run, from a pilot, or assumed. What is planned is always planned for a true difference of 0.
"""

import math
from dataclasses import dataclass

import numpy as np

from assay.evaluate.gating.cell import Cell
from assay.stats.drawn_power import MOST_CLUSTERS, DrawnPower, PairedClusters
from assay.stats.power import (
    cases_for_margin,
    cases_of_passes,
    power_for_margin,
    power_of_passes,
)

ASSUMED_FLIPS = 0.1
"""The share of cases on which two versions of a prompt differ, where nothing is known; a tenth is usual."""

TELLING = 10
"""So many clusters have to differ in something to be drawn from; with fewer the formula is steadier."""

POWER = 0.8
MOST_CASES = 10_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """What is known of the differences.

    Attributes:
        metric: Of what.
        flips: The share of cases that flip either way, for passes run once each; None for scores and repeats.
        between: Variance of a case's own difference, clusters not regarded.
        within: Variance that one repeat adds to it; 0 where cases were run once, as it is in ``between`` then.
        effect: By what factor clusters raise the variance of a mean.
        cluster_size: Cases a cluster, on average.
        seen: Cases that it was seen in; 0 when it is assumed.
        repeats: Repeats that it was seen with.
        drawn: Its clusters, to draw from; None where the formula has to do.
    """

    metric: str
    flips: float | None
    between: float
    within: float = 0.0
    effect: float = 1.0
    cluster_size: float = 1.0
    seen: int = 0
    repeats: int = 1
    drawn: DrawnPower | None = None

    def variance(self, repeats: int) -> float:
        """Variance of one case's difference with so many repeats, clusters regarded."""
        return (self.between + self.within / repeats) * self.effect

    def power(self, cases: int, repeats: int, margin: float, *, alpha: float) -> float:
        """The chance that a candidate that is no different is shown not to be worse by the margin."""
        if cases < 2:
            return 0.0
        clusters = max(2, round(cases / self.cluster_size))
        if self.drawn is not None and repeats == self.repeats and clusters <= MOST_CLUSTERS:
            return self.drawn.power(clusters, margin, alpha=alpha)
        if self.flips is not None and repeats == 1:
            known = None if self.cluster_size == 1 else clusters
            return power_of_passes(self.flips, cases / self.effect, margin, alpha=alpha, clusters=known)
        return power_for_margin(self.variance(repeats), cases, margin, alpha=alpha, clusters=clusters)

    def needed(self, repeats: int, margin: float, *, alpha: float) -> int:
        """Cases with which that chance is 80 %."""
        if self.drawn is None or repeats != self.repeats:
            return self._by_formula(repeats, margin, alpha)
        if self.drawn.power(MOST_CLUSTERS, margin, alpha=alpha) < POWER:
            return max(math.ceil(MOST_CLUSTERS * self.cluster_size) + 1, self._by_formula(repeats, margin, alpha))
        low, high = 1, MOST_CLUSTERS
        while high - low > 1:
            middle = (low + high) // 2
            if self.drawn.power(middle, margin, alpha=alpha) < POWER:
                low = middle
            else:
                high = middle
        return math.ceil(high * self.cluster_size)

    def visible(self, cases: int, repeats: int, *, alpha: float) -> float:
        """The smallest margin that so many cases can hold a candidate to, with that chance."""
        if cases < 2:
            return 1.0
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            if self.power(cases, repeats, middle, alpha=alpha) < POWER:
                low = middle
            else:
                high = middle
        return high

    def _by_formula(self, repeats: int, margin: float, alpha: float) -> int:
        if self.flips is not None and repeats == 1 and self.flips > 0:
            worth = cases_of_passes(self.flips, margin, alpha=alpha, power=POWER)
            return min(MOST_CASES, math.ceil(worth * self.effect))
        needed = cases_for_margin(self.variance(repeats), margin, alpha=alpha, power=POWER)
        while needed < MOST_CASES and self.power(needed, repeats, margin, alpha=alpha) < POWER:
            needed += 1 + needed // 200  # Student's t takes a little more than the normal distribution
        return min(MOST_CASES, needed)


def assumed(metric: str, flips: float = ASSUMED_FLIPS) -> Spread:
    """The spread where nothing is known: this share of cases flips, each on its own."""
    return Spread(metric, flips, flips)


def spread_of(metric: str, cell: Cell, past: PairedClusters | None = None) -> Spread:
    """The spread that a run has shown; ``past`` are its clusters, where it has more than one case in some.

    Of few cases that all came out alike it is not 0: see ``Cell.planning_variance``.
    """
    alone = (cell.squares + 1) / (cell.n + 2) if cell.n else 1.0
    clustered = cell.planning_variance
    within = cell.within or 0.0
    between = max(0.0, alone - within / cell.repeats)
    effect = max(1.0, clustered / alone) if cell.clusters < cell.n else 1.0
    flips = (cell.gained + cell.lost + 1) / (cell.n + 2) if cell.binary and cell.repeats == 1 else None
    size = cell.n / cell.clusters if cell.clusters else 1.0
    drawn = None
    if past is not None and np.count_nonzero(past.squares) >= TELLING and (size > 1 or not past.passes):
        drawn = DrawnPower(past)
    between = alone if flips is not None else between
    return Spread(metric, flips, between, within, effect, size, cell.n, cell.repeats, drawn)
