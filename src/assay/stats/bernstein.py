"""An interval for the mean of bounded scores that is guaranteed at every n, whatever the scores look like.

Wider than Student's t, which is right only in the long run. For claims that must not be wrong more often than stated.
"""

import math

from numpy.typing import ArrayLike

from assay.stats.argument import require_level
from assay.stats.clusters import as_floats, cluster_index
from assay.stats.interval import Interval


def empirical_bernstein(
    values: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Interval:
    """The empirical Bernstein interval: it covers at least the level for independent scores within ``bounds``.

    With clusters, the means of the clusters take the place of the scores. They are independent and bounded, so
    the guarantee holds for *their* mean, in which each cluster counts once, whatever its size; ``value`` is that mean.

    Args:
        values: Scores, shape (n,).
        clusters: The cluster of each, shape (n,); None: each is one of its own.
        level: Two-sided confidence level, in (0, 1).
        bounds: Lowest and highest possible score.

    Raises:
        ValueError: A score lies outside ``bounds``.

    Source:
        A. Maurer and M. Pontil, "Empirical Bernstein bounds and sample variance penalization", COLT (2009),
        theorem 4, once for each side at half of ``1 - level``.
    """
    require_level(level)
    scores = as_floats(values)
    low, high = bounds
    if len(scores) and not low <= scores.min() <= scores.max() <= high:
        raise ValueError(
            f"a score must be between {low} and {high}, and these go from {scores.min()} to {scores.max()}"
        )
    n = len(scores)
    if clusters is not None and n:
        index, groups = cluster_index(clusters, n)
        sums, sizes = [0.0] * groups, [0] * groups
        for at, score in zip(index, scores, strict=True):
            sums[at] += float(score)
            sizes[at] += 1
        scores = as_floats([s / size for s, size in zip(sums, sizes, strict=True)])
    if len(scores) < 2:
        value = float(scores[0]) if len(scores) else 0.0
        return Interval(value, low, high, n, level, "empirical-bernstein")
    count, width = len(scores), high - low
    mean, variance = float(scores.mean()), float(scores.var(ddof=1))
    log_term = math.log(4 / (1 - level))
    half = math.sqrt(2 * variance * log_term / count) + 7 * width * log_term / (3 * (count - 1))
    return Interval(mean, max(low, mean - half), min(high, mean + half), n, level, "empirical-bernstein")
