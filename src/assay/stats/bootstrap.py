"""The bootstrap for clustered data: whole clusters are drawn again and again, and the interval is read off.

The form is BCa (bias-corrected and accelerated), which moves the percentiles to where skewed data need them. It is for
few clusters and for statistics without a formula; where there are 30 clusters and a mean, the t interval is as good.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.argument import ROUNDING, require_level
from assay.stats.clusters import ClusterSums, Floats, Indices, cluster_sums
from assay.stats.distribution import normal_quantile, normal_share
from assay.stats.interval import Interval

RESAMPLES = 4_000
_CELLS_AT_ONCE = 2_000_000

Statistic = Callable[[Indices], Floats]
"""From drawn cluster numbers, shape (R, m), to R values of the statistic, shape (R,)."""


def bca_mean(
    values: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
    bounds: tuple[float, float] | None = None,
) -> Interval:
    """BCa interval for the mean of values in clusters; for a paired difference pass the differences.

    Args:
        values: Scores or differences, shape (n,).
        clusters: The cluster of each, shape (n,); None: each is one of its own.
        level: Two-sided confidence level, in (0, 1).
        seed: Of the drawing; the same seed gives the same interval.
        resamples: How often clusters are drawn.
        bounds: Lowest and highest possible value; the interval is cut to them.

    Returns:
        With fewer than two clusters nothing is known, and the interval is all of ``bounds`` (infinite when None).
        When all clusters have the same mean, drawing them again shows nothing; within ``bounds`` the interval is
        then the exact one for "none of G clusters was different" (``zero-variance``). Without ``bounds`` nothing
        limits what was not seen, and the interval is the mean alone: read ``n`` beside it.

    Source:
        B. Efron, "Better bootstrap confidence intervals", JASA 82 (1987), 171-185; whole clusters: A. C. Davison
        and D. V. Hinkley, "Bootstrap methods and their application" (1997), section 3.8.
    """
    return bca_of_sums(cluster_sums(values, clusters), level=level, seed=seed, resamples=resamples, bounds=bounds)


def bca_of_sums(
    sums: ClusterSums,
    *,
    level: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
    bounds: tuple[float, float] | None = None,
) -> Interval:
    """``bca_mean`` of values that are summed by cluster already."""
    require_level(level)
    low, high = bounds or (-np.inf, np.inf)
    mean, n = sums.mean, sums.n
    if sums.clusters < 2:
        return Interval(mean, low, high, n, level, "cluster-bca")
    scale = abs(mean) if bounds is None else high - low
    if sums.spread() <= ROUNDING * scale:
        return _all_alike(sums, level, bounds)

    def statistic(drawn: Indices) -> Floats:
        found: Floats = sums.sums[drawn].sum(axis=1) / sums.sizes[drawn].sum(axis=1)
        return found

    left, right = bca_bounds(statistic, sums.clusters, level=level, seed=seed, resamples=resamples)
    return Interval(mean, max(low, min(left, mean)), min(high, max(right, mean)), n, level, "cluster-bca")


def bca_bounds(
    statistic: Statistic, clusters: int, *, level: float = 0.95, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Both ends of the BCa interval of any statistic of clusters.

    Values of the statistic that are not numbers (a draw in which it does not exist) are left out; where all are,
    both ends are not a number.

    Args:
        statistic: From drawn cluster numbers, shape (R, m), to its values, shape (R,).
        clusters: How many clusters there are, at least 2.
        level: Two-sided confidence level, in (0, 1).
        seed: Of the drawing.
        resamples: How often clusters are drawn.
    """
    require_level(level)
    value = float(statistic(np.arange(clusters)[None, :])[0])
    drawn = draw_clusters(statistic, clusters, seed=seed, resamples=resamples)
    drawn = np.sort(drawn[np.isfinite(drawn)])
    if not len(drawn) or not np.isfinite(value):
        return float("nan"), float("nan")
    below = ((drawn < value).sum() + 0.5 * (drawn == value).sum()) / len(drawn)
    limit = 0.5 / len(drawn)
    bias = normal_quantile(float(min(max(below, limit), 1 - limit)))
    acceleration = _acceleration(_jackknife(statistic, clusters))
    ends = []
    for z in (normal_quantile((1 - level) / 2), normal_quantile((1 + level) / 2)):
        moved = bias + z
        share = normal_share(bias + moved / max(1 - acceleration * moved, 1e-9))
        ends.append(float(np.quantile(drawn, share)))
    return ends[0], ends[1]


def draw_clusters(statistic: Statistic, clusters: int, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """The statistic of clusters drawn with replacement, ``resamples`` times; shape (resamples,)."""
    rng = np.random.default_rng(seed)
    rows = max(1, min(resamples, _CELLS_AT_ONCE // clusters))
    found: list[Floats] = []
    for start in range(0, resamples, rows):
        drawn = rng.integers(0, clusters, size=(min(rows, resamples - start), clusters), dtype=np.intp)
        found.append(statistic(drawn))
    return np.concatenate(found)


def _jackknife(statistic: Statistic, clusters: int) -> Floats:
    """The statistic without each cluster in turn, shape (G,)."""
    rows = max(1, _CELLS_AT_ONCE // clusters)
    found: list[Floats] = []
    for start in range(0, clusters, rows):
        left_out = np.arange(start, min(start + rows, clusters))
        others = np.arange(clusters - 1)[None, :]
        found.append(statistic(others + (others >= left_out[:, None])))
    return np.concatenate(found)


def _acceleration(left_out: Floats) -> float:
    """A sixth of the skewness of the jackknife values, with its sign turned round."""
    kept = left_out[np.isfinite(left_out)]
    away = kept.mean() - kept if len(kept) else kept
    spread = float((away**2).sum())
    return float((away**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0


def _all_alike(sums: ClusterSums, level: float, bounds: tuple[float, float] | None) -> Interval:
    if bounds is None:
        return Interval(sums.mean, sums.mean, sums.mean, sums.n, level, "cluster-bca")
    different = -np.expm1(np.log((1 - level) / 2) / sums.clusters)
    low = sums.mean - different * (sums.mean - bounds[0])
    high = sums.mean + different * (bounds[1] - sums.mean)
    return Interval(sums.mean, float(low), float(high), sums.n, level, "zero-variance")
