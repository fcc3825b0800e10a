"""The interval of a mean difference of pairs: picks the method that the data call for.

    every difference -1, 0 or 1, each case on its own    Tango's score interval
    at least 30 clusters                                 Student's t, clustered standard error, G - 1
    fewer                                                each bound the more cautious of that and of the bootstrap

For pairs that arrive one at a time, and for passes in clusters, see ``paired``.
"""

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.argument import ROUNDING
from assay.stats.bootstrap import bca_of_sums
from assay.stats.clusters import as_floats, cluster_sums
from assay.stats.distribution import t_quantile
from assay.stats.interval import Interval
from assay.stats.paired import tango

FEW_CLUSTERS = 30


def paired_mean(
    differences: ArrayLike, clusters: ArrayLike | None = None, *, level: float = 0.95, seed: int = 0
) -> Interval:
    """Interval for the mean of candidate - baseline, each in [-1, 1].

    Args:
        differences: One for each pair, shape (n,); scores lie in [0, 1].
        clusters: The cluster of each, shape (n,); None: each is one of its own.
        level: Two-sided confidence level, in (0, 1).
        seed: Of the bootstrap.

    Raises:
        ValueError: A difference lies outside [-1, 1].
    """
    found = as_floats(differences)
    if len(found) and np.abs(found).max() > 1:
        raise ValueError(f"a difference of scores must be between -1 and 1, not {found[np.abs(found).argmax()]}")
    sums = cluster_sums(found, clusters)
    if np.isin(found, (-1.0, 0.0, 1.0)).all() and sums.clusters == len(found):
        return tango(int((found == 1).sum()), int((found == -1).sum()), len(found), level=level)
    error = sums.standard_error()
    if error is None or sums.spread() <= ROUNDING:
        return bca_of_sums(sums, level=level, seed=seed, bounds=(-1.0, 1.0))
    half = t_quantile((1 + level) / 2, sums.clusters - 1) * error
    low, high, method = max(-1.0, sums.mean - half), min(1.0, sums.mean + half), "clustered-t"
    if sums.clusters < FEW_CLUSTERS:
        drawn = bca_of_sums(sums, level=level, seed=seed, bounds=(-1.0, 1.0))
        low, high, method = min(low, drawn.low), max(high, drawn.high), "clustered-t-and-bca"
    return Interval(sums.mean, low, high, sums.n, level, method)
