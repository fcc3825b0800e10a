"""Means of scores that arrive one at a time, with standard errors that respect clusters.

Cases that share a document, a conversation or a template are not independent: ten paraphrases of
one question are not ten questions. The clustered standard error counts them as what they are.
The sums are exact, so results depend neither on the order of the scores nor on how they were split
before merging. For passes, which are 0 or 1, see ``passes``.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction

from assay.stats.argument import ROUNDING, require_level
from assay.stats.distribution import t_quantile
from assay.stats.exact import ExactSum
from assay.stats.interval import Interval

UNIT: tuple[float, float] = (0.0, 1.0)
"""The bounds of a score."""


@dataclass(frozen=True, slots=True)
class MeanSummary:
    """A mean and how sure it is. A standard error is None where the data cannot give one.

    Attributes:
        n: Number of scores.
        clusters: Number of clusters; a score without a cluster counts as one of its own.
        mean: Mean score; 0 when ``n`` is 0.
        se_iid: Standard error as if all scores were independent; None below two scores.
        se_clustered: Standard error that lets scores of one cluster go together, without correction for
            few clusters; None below two clusters.
        se_corrected: The same times ``sqrt(G / (G - 1))`` with G clusters: the one to use. Equals
            ``se_iid`` when every cluster holds one score.
    """

    n: int
    clusters: int
    mean: float
    se_iid: float | None
    se_clustered: float | None
    se_corrected: float | None

    def effective_n(self) -> float:
        """How many independent scores these are worth: between 0 and ``n``, seldom whole.

        The variance of one score over the squared corrected standard error, but never more than ``n``:
        scores that happen to vary less within clusters than across are no reason for narrower
        intervals. The number of clusters where they do not differ; 0 below two clusters.
        """
        if self.se_iid is None or self.se_corrected is None:
            return 0.0
        if self.se_corrected == 0:
            return float(self.clusters)
        return min(float(self.n), (self.n - 1) * (self.se_iid / self.se_corrected) ** 2)


@dataclass(slots=True)
class Moments:
    """Number, sum and sum of squares of scores: enough for a mean and its standard error."""

    n: int = 0
    sum: ExactSum = field(default_factory=ExactSum)
    squares: ExactSum = field(default_factory=ExactSum)

    @property
    def mean(self) -> float:
        """Mean score; 0 before anything was added."""
        return float(self.exact_mean())

    def add(self, score: float) -> None:
        """Take in one score.

        Raises:
            ValueError: The score is infinite or not a number.
        """
        self.sum.add(score)
        self.squares.add_square(score)
        self.n += 1

    def merge(self, other: "Moments") -> None:
        """Take in all that another object has seen."""
        self.n += other.n
        self.sum.merge(other.sum)
        self.squares.merge(other.squares)

    def variance(self) -> float | None:
        """Sample variance (divisor n - 1); None below two scores."""
        if self.n < 2:
            return None
        return float(self.squares_about(self.exact_mean()) / (self.n - 1))

    def exact_mean(self) -> Fraction:
        """The mean without rounding; 0 before anything was added."""
        return self.sum.total() / self.n if self.n else Fraction(0)

    def squares_about(self, centre: Fraction) -> Fraction:
        """Sum of squared distances from ``centre``, without rounding."""
        return self.squares.total() - 2 * centre * self.sum.total() + centre * centre * self.n

    def summary(self) -> MeanSummary:
        """Mean and standard error of independent scores."""
        return _summary(self, self.n, self.squares_about(self.exact_mean()))


@dataclass(slots=True)
class ClusterSum(ExactSum):
    """Number and sum of the scores of one named cluster."""

    n: int = 0


@dataclass(slots=True)
class ClusterMoments:
    """As ``Moments``, for scores that may belong to clusters.

    Memory grows with the number of named clusters alone; scores without one are only counted in.

    Attributes:
        every: All scores.
        alone: Those without a cluster.
        named: The clusters, by name.
    """

    every: Moments = field(default_factory=Moments)
    alone: Moments = field(default_factory=Moments)
    named: dict[str, ClusterSum] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many scores were added."""
        return self.every.n

    @property
    def clusters(self) -> int:
        """How many clusters there are; a score without a cluster is one of its own."""
        return self.alone.n + len(self.named)

    def add(self, score: float, *, cluster: str | None = None) -> None:
        """Take in one score; ``cluster`` None says that it goes with no other.

        Raises:
            ValueError: The score is infinite or not a number.
        """
        self.every.add(score)
        if cluster is None:
            self.alone.add(score)
        else:
            named = self._cluster(cluster)
            named.n += 1
            named.add(score)

    def merge(self, other: "ClusterMoments") -> None:
        """Take in all that another object has seen; clusters of the same name become one."""
        self.every.merge(other.every)
        self.alone.merge(other.alone)
        for name, theirs in list(other.named.items()):
            mine = self._cluster(name)
            mine.n += theirs.n
            mine.merge(theirs)

    def summary(self) -> MeanSummary:
        """Mean, and standard errors with and without regard to the clusters.

        The clustered error is ``sqrt(sum over clusters of (sum of (score - mean))**2) / n``.

        Source:
            E. Miller, "Adding error bars to evals", arXiv:2411.00640 (2024), section 2.2;
            K.-Y. Liang and S. L. Zeger, "Longitudinal data analysis using generalized linear models",
            Biometrika 73 (1986), 13-22.
        """
        mean = self.every.exact_mean()
        return _summary(self.every, self.clusters, self.alone.squares_about(mean) + self._named_squares(mean))

    def _cluster(self, name: str) -> ClusterSum:
        cluster = self.named.get(name)
        if cluster is None:
            cluster = self.named[name] = ClusterSum()
        return cluster

    def _named_squares(self, mean: Fraction) -> Fraction:
        """Sum over named clusters of (cluster sum - cluster size * mean)**2, multiplied out to stay exact."""
        squares, crossed = ExactSum(), ExactSum()
        sizes = 0
        for cluster in self.named.values():
            squares.merge_square(cluster)
            crossed.merge_times(cluster, cluster.n)
            sizes += cluster.n * cluster.n
        return squares.total() - 2 * mean * crossed.total() + mean * mean * sizes


def mean_interval(moments: Moments, *, level: float = 0.95, bounds: tuple[float, float] | None = UNIT) -> Interval:
    """Interval for the mean of independent scores, by Student's t with n - 1 degrees of freedom.

    See ``clustered_interval`` for ``bounds`` and for data that do not vary.
    """
    return _t_interval(moments.summary(), level, bounds, "t")


def clustered_interval(
    moments: ClusterMoments, *, level: float = 0.95, bounds: tuple[float, float] | None = UNIT
) -> Interval:
    """Interval for a mean, by Student's t with G - 1 degrees of freedom for G clusters.

    Args:
        moments: The scores, with their clusters.
        level: Two-sided confidence level, in (0, 1).
        bounds: Lowest and highest possible score; the interval is cut to them. None: no such limits.

    Returns:
        With fewer than two clusters nothing is known, and the interval is all of ``bounds`` (from
        minus to plus infinity when None). When the clusters do not differ at all, t would claim
        certainty; within ``bounds`` the interval is then the exact one for "none of G clusters was
        different", and its method is ``zero-variance``.

    Raises:
        ValueError: The mean lies outside ``bounds``, or the level outside (0, 1).
    """
    return summary_interval(moments.summary(), level=level, bounds=bounds)


def summary_interval(
    summary: MeanSummary, *, level: float = 0.95, bounds: tuple[float, float] | None = UNIT
) -> Interval:
    """``clustered_interval`` of a summary that was made elsewhere, such as from columns."""
    return _t_interval(summary, level, bounds, "clustered-t")


def _summary(scores: Moments, clusters: int, cluster_squares: Fraction) -> MeanSummary:
    variance = scores.variance()
    se_iid = None if variance is None else math.sqrt(variance / scores.n)
    se_clustered = se_corrected = None
    if clusters >= 2:
        se_clustered = math.sqrt(cluster_squares) / scores.n
        se_corrected = math.sqrt(cluster_squares * clusters / (clusters - 1)) / scores.n
    return MeanSummary(scores.n, clusters, scores.mean, se_iid, se_clustered, se_corrected)


def _t_interval(summary: MeanSummary, level: float, bounds: tuple[float, float] | None, method: str) -> Interval:
    require_level(level)
    floor, ceiling = bounds or (-math.inf, math.inf)
    mean, error = summary.mean, summary.se_corrected
    if summary.n and not floor <= mean <= ceiling:
        raise ValueError(f"the mean {mean} lies outside its bounds {floor} to {ceiling}")
    if error is None:
        return Interval(mean, floor, ceiling, summary.n, level, method)
    if bounds is not None and error <= ROUNDING * (ceiling - floor):
        return _zero_variance(summary, level, bounds)
    half = t_quantile((1 + level) / 2, summary.clusters - 1) * error
    return Interval(mean, max(floor, mean - half), min(ceiling, mean + half), summary.n, level, method)


def _zero_variance(summary: MeanSummary, level: float, bounds: tuple[float, float]) -> Interval:
    """None of G clusters was different, so at most a share ``1 - (alpha/2)**(1/G)`` of all can be."""
    different = -math.expm1(math.log((1 - level) / 2) / summary.clusters)
    low = summary.mean - different * (summary.mean - bounds[0])
    high = summary.mean + different * (bounds[1] - summary.mean)
    return Interval(summary.mean, low, high, summary.n, level, "zero-variance")
