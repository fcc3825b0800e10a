"""The pass rate of one variant, taken in case by case, with the interval that fits the data.

For two variants on the same cases see ``paired``; for scores that are not just pass or fail, ``mean``.
"""

from dataclasses import dataclass, field

from assay.stats.argument import require_level
from assay.stats.distribution import t_quantile
from assay.stats.interval import Interval
from assay.stats.mean import ClusterMoments, MeanSummary
from assay.stats.proportion import wilson, wilson_bounds


@dataclass(slots=True)
class Passes:
    """Passes and failures, with their clusters.

    Memory grows with the number of named clusters alone.

    Attributes:
        moments: The passes as scores of 1 and 0.
        passed: How many passed.
    """

    moments: ClusterMoments = field(default_factory=ClusterMoments)
    passed: int = 0

    @property
    def n(self) -> int:
        """How many verdicts were added."""
        return self.moments.n

    def add(self, passed: bool, *, cluster: str | None = None) -> None:
        """Take in one verdict; ``cluster`` None says that its case goes with no other."""
        self.moments.add(float(passed), cluster=cluster)
        self.passed += passed

    def merge(self, other: "Passes") -> None:
        """Take in all that another object has seen."""
        self.moments.merge(other.moments)
        self.passed += other.passed

    def interval(self, *, level: float = 0.95) -> Interval:
        """Wilson's interval, or its form for clusters as soon as one cluster holds two verdicts.

        See ``clustered_wilson``.
        """
        if self.moments.clusters == self.n:
            return wilson(self.passed, self.n, level=level)
        return clustered_wilson(self.moments.summary(), level=level)


def clustered_wilson(passes: MeanSummary, *, level: float = 0.95) -> Interval:
    """Wilson's interval for passes that come in clusters.

    ``n`` is replaced by the number of independent cases that the verdicts are worth, and the normal quantile by
    Student's t with G - 1 degrees of freedom. Unlike the clustered t interval it stays within [0, 1] by itself,
    and has a width when all passed.

    Args:
        passes: The mean of 1 and 0 with its standard errors, clusters regarded.
        level: Two-sided confidence level, in (0, 1).

    Source:
        C. Franco, R. J. A. Little, T. A. Louis and E. V. Slud, "Comparative study of confidence intervals
        for proportions in complex sample surveys", Journal of Survey Statistics and Methodology 7
        (2019), 334-364;
        E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected
        number of positive counts estimated from survey data", Survey Methodology 24 (1998), 193-201.
    """
    require_level(level)
    worth = passes.effective_n()
    low, high = 0.0, 1.0
    if worth:
        t = t_quantile((1 + level) / 2, passes.clusters - 1)
        low, high = wilson_bounds(passes.mean, worth, t)
    return Interval(passes.mean, low, high, passes.n, level, "clustered-wilson")
