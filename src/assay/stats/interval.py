"""An interval: an estimate, the range that goes with it, and how the range was made.

Only the shape. The functions that compute one are in ``proportion``, ``mean`` and ``paired``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes:
        value: The estimate: a share in [0, 1], a mean, or a difference in [-1, 1].
        low: Lower end of the interval.
        high: Upper end of the interval.
        n: Number of cases the estimate is made from.
        level: Two-sided confidence level, in (0, 1); each end alone holds at ``(1 + level) / 2``.
        method: Name of the method, as docs/explanation/statistics.md explains it.
    """

    value: float
    low: float
    high: float
    n: int
    level: float
    method: str
