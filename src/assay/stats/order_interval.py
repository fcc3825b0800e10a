"""How sure a median or a p95 is: an interval between two of the values themselves, whatever their distribution.

How many values lie below the true quantile is a binomial count. So the values at two ranks enclose it with a
probability that can be computed, for any distribution at all. It takes the values as independent: where calls of
one conversation are slow together, it is too narrow.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr

from assay.stats.argument import require_level, require_probability
from assay.stats.clusters import as_floats
from assay.stats.interval import Interval
from assay.stats.quantile import quantile


def quantile_interval(values: ArrayLike, share: float, *, level: float = 0.95) -> Interval:
    """The exact interval of a quantile between two order statistics; it covers at least the level.

    Args:
        values: Numbers of any unit, shape (n,).
        share: Which quantile, in (0, 1); 0.95 is p95.
        level: Two-sided confidence level, in (0, 1); each side is kept at half of what is left.

    Returns:
        ``value`` is the quantile by type 7. Where there are too few values for an end, it is infinite: five values
        can not bound a p95 from above. With none, everything is possible.

    Source:
        H. A. David and H. N. Nagaraja, "Order statistics", 3rd ed. (2003), section 7.1.
    """
    require_level(level)
    require_probability("the share of a quantile", share)
    ordered = np.sort(as_floats(values))
    n = len(ordered)
    if not n:
        return Interval(0.0, -math.inf, math.inf, 0, level, "order-statistics")
    tail = (1 - level) / 2
    below = _at_most(n, share, tail)
    above = n - _at_most(n, 1 - share, tail)
    low = float(ordered[below - 1]) if below >= 1 else -math.inf
    high = float(ordered[above]) if above < n else math.inf
    value = quantile(ordered.tolist(), share) or 0.0
    return Interval(value, min(low, value), max(high, value), n, level, "order-statistics")


def _at_most(n: int, share: float, tail: float) -> int:
    """The largest r with P(X <= r - 1) <= tail for X of n at ``share``: 0 when there is none."""
    counts = bdtr(np.arange(n, dtype=float), n, share)
    return int(np.searchsorted(counts, tail, side="right"))
