"""What is known of one series in one group of cases, and the interval that fits it.

A series is a number for each case: a difference, a logarithm of a ratio, a score. Which of the intervals fits is
explained in docs/explanation/gates.md; the intervals themselves are ``assay.stats``.
"""

import math
from dataclasses import dataclass, replace

from assay.stats.bootstrap import bca_of_sums
from assay.stats.clusters import ClusterSums
from assay.stats.interval import Interval
from assay.stats.mean import MeanSummary, summary_interval
from assay.stats.paired import clustered_tango, tango
from assay.stats.passes import clustered_wilson
from assay.stats.proportion import wilson

FEW_CLUSTERS = 30
"""Below so many clusters, a t interval alone is not to be relied on."""

SEED = 0
"""Of the drawing of clusters; it is in the gate's record."""

T_AND_BCA = "clustered-t-and-bca"

_ROUNDING = 1e-13
"""A sum of squares below this share of its parts is what rounding leaves of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Counts and moments of one series in one group.

    Attributes:
        n: Cases with a number.
        left_out: Cases without one.
        clusters: Clusters that the cases come from; a case without one is a cluster of its own.
        mean: Mean of the numbers.
        squares: Sum of squared distances from the mean.
        cluster_squares: Sum over clusters of the squared sum of the distances of its cases.
        gained: Cases whose number is above 0.
        lost: Cases whose number is below 0.
        binary: Whether every number is 0, 1 or, of a difference, -1.
        within: Mean variance of a case's number that comes from its repeats, for one repeat each; None if unknown.
        repeats: How many repeats each number is made from.
        few: The sums of the clusters, where there are fewer than ``FEW_CLUSTERS``.
    """

    n: int
    left_out: int
    clusters: int
    mean: float
    squares: float
    cluster_squares: float
    gained: int
    lost: int
    binary: bool
    within: float | None = None
    repeats: int = 1
    few: ClusterSums | None = None

    @property
    def summary(self) -> MeanSummary:
        """The mean with its standard errors."""
        floor = _ROUNDING * (self.squares + self.n * self.mean**2)
        squares = self.squares if self.squares > floor else 0.0
        together = self.cluster_squares if self.cluster_squares > floor else 0.0
        iid = None if self.n < 2 else math.sqrt(squares / (self.n - 1) / self.n)
        clustered = corrected = None
        if self.clusters >= 2:
            clustered = math.sqrt(together) / self.n
            corrected = math.sqrt(together * self.clusters / (self.clusters - 1)) / self.n
        return MeanSummary(self.n, self.clusters, self.mean, iid, clustered, corrected)

    @property
    def planning_variance(self) -> float:
        """Variance of one case's difference to plan with, clusters regarded; never 0, see ``Pairs``."""
        if self.binary and self.clusters == self.n:
            return (self.gained + self.lost + 1) / (self.n + 2)
        error = self.summary.se_corrected
        return max(self.n * (error or 0.0) ** 2, 1 / (self.n + 2))


def difference_interval(cell: Cell, *, level: float) -> Interval:
    """Interval of a mean difference of shares or scores, in [-1, 1]."""
    if not cell.binary:
        return _mean_interval(cell, level, (-1.0, 1.0))
    if cell.clusters == cell.n:
        return tango(cell.gained, cell.lost, cell.n, level=level)
    return clustered_tango(cell.gained, cell.lost, cell.summary, level=level)


def open_interval(cell: Cell, *, level: float) -> Interval:
    """Interval of a mean without limits, such as that of a measure or of the logarithm of its ratio."""
    return _mean_interval(cell, level, None)


def pass_interval(cell: Cell, *, level: float) -> Interval:
    """Interval of a share of passes; each case may be a share of its repeats."""
    if cell.repeats == 1 and cell.binary and cell.clusters == cell.n:
        return wilson(cell.gained, cell.n, level=level)
    # The repeats are passes of a cluster that is the case, or larger.
    summary, n = cell.summary, cell.n * cell.repeats
    iid = math.sqrt(max(0.0, cell.mean * (1 - cell.mean)) / (n - 1)) if n > 1 else None
    return clustered_wilson(replace(summary, n=n, se_iid=iid), level=level)


def score_interval(cell: Cell, *, level: float) -> Interval:
    """Interval of a mean score in [0, 1]."""
    if cell.binary:
        return pass_interval(cell, level=level)
    return _mean_interval(cell, level, (0.0, 1.0))


def _mean_interval(cell: Cell, level: float, bounds: tuple[float, float] | None) -> Interval:
    """Student's t over clusters; with few clusters each bound is the more cautious of that and the bootstrap's.

    By itself the t interval is wrong too often where losses are rare and large, and the bootstrap where they are not.
    """
    found = summary_interval(cell.summary, level=level, bounds=bounds)
    if cell.few is None or cell.clusters < 2 or found.method != "clustered-t":
        return found
    drawn = bca_of_sums(cell.few, level=level, seed=SEED, bounds=bounds)
    return replace(found, low=min(found.low, drawn.low), high=max(found.high, drawn.high), method=T_AND_BCA)
