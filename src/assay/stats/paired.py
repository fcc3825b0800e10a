"""What two variants scored on the same cases: the difference, and how sure it is.

One sign everywhere: difference = candidate - baseline. A case that only the candidate passes is
**gained**, one that only the baseline passes is **lost**, so for passes the difference is
``(gained - lost) / n`` and above zero means that the candidate is better.

Whether a difference is good enough is decided in ``decision``; how many cases it takes, in ``power``.
"""

import math
from dataclasses import dataclass, field

from assay.stats.argument import require_discordant, require_level
from assay.stats.distribution import fair_coin_tail, t_quantile, two_sided_z
from assay.stats.interval import Interval
from assay.stats.mean import ClusterMoments, MeanSummary, clustered_interval

_BISECTIONS = 60  # halves an interval of length 2 to below the spacing of floats near 1


@dataclass(frozen=True, slots=True)
class McNemar:
    """Two-sided p-values of "gained and lost are equally likely".

    Attributes:
        gained: Cases that only the candidate passes.
        lost: Cases that only the baseline passes.
        p_exact: Exact p-value; never too small.
        p_mid: Mid-p value; closer to the stated level, and for small counts the better of the two.
    """

    gained: int
    lost: int
    p_exact: float
    p_mid: float


def mcnemar(gained: int, lost: int) -> McNemar:
    """McNemar's test on the cases where the two variants disagree.

    Fewer than six cases, even all in one direction, can not reach an exact 0.05. With no such case
    both p-values are 1.

    Source:
        Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
        percentages", Psychometrika 12 (1947), 153-157; mid-p: M. W. Fagerland, S. Lydersen and
        P. Laake, "The McNemar test for binary matched-pairs data", BMC Medical Research Methodology
        13 (2013), 91.
    """
    require_discordant(gained, lost)
    tail, point = fair_coin_tail(min(gained, lost), gained + lost)
    return McNemar(gained, lost, min(1.0, 2 * tail), min(1.0, 2 * tail - point))


def tango(gained: int, lost: int, n: int, *, level: float = 0.95) -> Interval:
    """Tango's score interval for the difference of two pass rates on the same cases.

    Args:
        gained: Cases that only the candidate passes.
        lost: Cases that only the baseline passes.
        n: Number of pairs, the equal ones included.
        level: Two-sided confidence level, in (0, 1).

    Returns:
        The interval of candidate - baseline, in [-1, 1]; all of it when ``n`` is 0. It keeps its width
        when no case differs: 0 of 100 gives [-0.037, 0.037].

    Source:
        T. Tango, "Equivalence test and confidence interval for the difference in proportions for the
        paired-sample design", Statistics in Medicine 17 (1998), 891-908.
    """
    require_level(level)
    require_discordant(gained, lost, n)
    if n == 0:
        return _nothing(level, "tango")
    low, high = _tango_bounds(gained, lost, n, two_sided_z(level))
    return Interval((gained - lost) / n, low, high, n, level, "tango")


def agresti_min(gained: int, lost: int, n: int, *, level: float = 0.95) -> Interval:
    """Agresti and Min's interval for the same difference: a closed form, near Tango's.

    Adds half a pair to each of the four kinds, then uses the normal approximation.

    Source:
        A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions",
        Statistics in Medicine 24 (2005), 729-740.
    """
    require_level(level)
    require_discordant(gained, lost, n)
    if n == 0:
        return _nothing(level, "agresti-min")
    pairs = n + 2
    centre = (gained - lost) / pairs
    half = two_sided_z(level) * math.sqrt(gained + lost + 1 - pairs * centre**2) / pairs
    low, high = max(-1.0, centre - half), min(1.0, centre + half)
    return Interval((gained - lost) / n, low, high, n, level, "agresti-min")


def paired_difference(differences: ClusterMoments, *, level: float = 0.95) -> Interval:
    """Interval for the mean of candidate - baseline, each in [-1, 1], by the clustered t.

    With no difference in any cluster the interval keeps a width (see ``clustered_interval``).
    """
    return clustered_interval(differences, level=level, bounds=(-1.0, 1.0))


def clustered_tango(gained: int, lost: int, differences: MeanSummary, *, level: float = 0.95) -> Interval:
    """Tango's interval for passes that come in clusters.

    The counts are scaled to the number of independent cases that they are worth, and Student's t with G - 1
    degrees of freedom stands in place of the normal quantile.

    Args:
        gained: Cases that only the candidate passes.
        lost: Cases that only the baseline passes.
        differences: The mean of candidate - baseline with its standard errors, clusters regarded.
        level: Two-sided confidence level, in (0, 1).
    """
    require_level(level)
    worth = differences.effective_n()
    low, high = -1.0, 1.0
    if worth:
        scale = worth / differences.n
        t = t_quantile((1 + level) / 2, differences.clusters - 1)
        low, high = _tango_bounds(gained * scale, lost * scale, worth, t)
    return Interval(differences.mean, low, high, differences.n, level, "clustered-tango")


@dataclass(slots=True)
class Pairs:
    """Scores of a baseline and a candidate, taken in pair by pair; picks the interval that fits.

    Memory grows with the number of named clusters alone.

    Attributes:
        differences: Candidate - baseline of every pair.
        gained: Pairs in which the candidate scored higher.
        lost: Pairs in which the candidate scored lower.
        binary: Whether every score was 0 or 1.
    """

    differences: ClusterMoments = field(default_factory=ClusterMoments)
    gained: int = 0
    lost: int = 0
    binary: bool = True

    @property
    def n(self) -> int:
        """Number of pairs."""
        return self.differences.n

    @property
    def clusters(self) -> int:
        """Number of clusters; a pair without a cluster is one of its own."""
        return self.differences.clusters

    @property
    def counts_suffice(self) -> bool:
        """Whether every score was 0 or 1 and no cluster holds two pairs, so that counts tell all."""
        return self.binary and self.clusters == self.n

    def add(self, baseline: float, candidate: float, *, cluster: str | None = None) -> None:
        """Take in the two scores of one case (the mean over its repeats, when it was run more than once).

        Raises:
            ValueError: A score lies outside [0, 1].
        """
        for score in (baseline, candidate):
            if not 0 <= score <= 1:
                raise ValueError(f"a score must be between 0 and 1, not {score}")
        self.differences.add(candidate - baseline, cluster=cluster)
        self.gained += candidate > baseline
        self.lost += candidate < baseline
        self.binary = self.binary and baseline in {0, 1} and candidate in {0, 1}

    def merge(self, other: "Pairs") -> None:
        """Take in all that another object has seen."""
        self.differences.merge(other.differences)
        self.gained += other.gained
        self.lost += other.lost
        self.binary = self.binary and other.binary

    def interval(self, *, level: float = 0.95) -> Interval:
        """The interval of candidate - baseline that fits the data.

        Passes of independent cases: ``tango``. Passes in clusters: the same with the counts scaled to the
        number of independent cases they are worth, and Student's t with G - 1 degrees of freedom in
        place of the normal quantile (``clustered-tango``). Other scores: ``clustered-t``.
        """
        if self.counts_suffice:
            return tango(self.gained, self.lost, self.n, level=level)
        if self.binary:
            return clustered_tango(self.gained, self.lost, self.differences.summary(), level=level)
        return paired_difference(self.differences, level=level)

    def planning_variance(self) -> float:
        """Variance of one pair's difference, to plan the number of cases with; clusters count.

        Never 0, since seeing no difference in n pairs does not show that none can occur: from counts it
        is ``(gained + lost + 1) / (n + 2)``, which assumes no true difference; else ``n * se**2`` with the
        clustered standard error, and at least ``1 / (n + 2)``.
        """
        if self.counts_suffice:
            return (self.gained + self.lost + 1) / (self.n + 2)
        error = self.differences.summary().se_corrected
        return max(self.n * (error or 0.0) ** 2, 1 / (self.n + 2))


def _nothing(level: float, method: str) -> Interval:
    return Interval(0.0, -1.0, 1.0, 0, level, method)


def _tango_bounds(gained: float, lost: float, n: float, z: float) -> tuple[float, float]:
    return -_tango_upper(lost, gained, n, z), _tango_upper(gained, lost, n, z)


def _tango_upper(gained: float, lost: float, n: float, z: float) -> float:
    """The largest difference that the score test does not reject, by bisection from the estimate up."""
    low, high = (gained - lost) / n, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if n * middle - (gained - lost) > z * math.sqrt(n * tango_variance(gained, lost, n, middle)):
            high = middle
        else:
            low = middle
    return high


def tango_variance(gained: float, lost: float, n: float, difference: float) -> float:
    """Variance of one pair's difference, if ``difference`` were true and the share lost fitted best to it."""
    b = (2 * n - gained + lost) * difference - gained - lost
    c = -lost * difference * (1 - difference)
    root = math.sqrt(max(0.0, b * b - 8 * n * c))
    # Of the two forms of the same root, the one that does not subtract near-equal numbers.
    share_lost = (root - b) / (4 * n) if b <= 0 else -2 * c / (b + root)
    return max(0.0, 2 * share_lost + difference * (1 - difference))
