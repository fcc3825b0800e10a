"""Cost and latency, compared as a ratio: how many times as much does the candidate take on the same cases?

Logarithms make a ratio a difference, so that twice and half weigh alike, and one slow call does not decide. The
figure is the geometric mean of candidate / baseline over the cases.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.argument import require_level
from assay.stats.bootstrap import bca_of_sums
from assay.stats.clusters import as_floats, cluster_sums
from assay.stats.distribution import t_quantile
from assay.stats.interval import Interval

FEW_CLUSTERS = 30


@dataclass(frozen=True, slots=True)
class LogRatio:
    """A ratio with its interval, and how many pairs had none.

    Attributes:
        interval: Of the geometric mean of candidate / baseline; ``value`` 1.1 is 10 % more.
        left_out: Pairs of which one side is 0 or unknown: they have no ratio.
    """

    interval: Interval
    left_out: int


def log_ratio(
    baseline: ArrayLike,
    candidate: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> LogRatio:
    """Interval for the geometric mean of candidate / baseline of paired positive amounts.

    Student's t on the logarithms with clustered standard error and G - 1 degrees of freedom; below 30 clusters the
    cluster bootstrap BCa. Where all ratios are the same the interval has no width, as nothing limits what was not seen:
    read its ``n`` beside it. A pair of which one side is 0, or not a number, has no ratio; it is left out and counted.

    Args:
        baseline: Amounts, shape (n,), in any unit; NaN is unknown.
        candidate: The same cases' amounts in the same unit, shape (n,).
        clusters: The cluster of each case, shape (n,); None: each is one of its own.
        level: Two-sided confidence level, in (0, 1).
        seed: Of the bootstrap.

    Raises:
        ValueError: The shapes differ, or an amount is below 0 or infinite.
    """
    require_level(level)
    first, second = np.asarray(baseline, dtype=float), np.asarray(candidate, dtype=float)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"amounts must be pairs, not {first.shape} against {second.shape}")
    if (first < 0).any() or (second < 0).any() or np.isinf(first).any() or np.isinf(second).any():
        raise ValueError("an amount must be 0 or more, and finite")
    kept = (first > 0) & (second > 0)
    logs = as_floats(np.log(second[kept]) - np.log(first[kept]))
    names = None if clusters is None else np.asarray(clusters)[kept]
    left_out = int((~kept).sum())
    if not len(logs):
        return LogRatio(Interval(1.0, 0.0, math.inf, 0, level, "log-ratio-t"), left_out)
    sums = cluster_sums(logs, names)
    error = sums.standard_error()
    if error is None:
        return LogRatio(Interval(math.exp(sums.mean), 0.0, math.inf, sums.n, level, "log-ratio-t"), left_out)
    if sums.clusters < FEW_CLUSTERS:
        found, method = bca_of_sums(sums, level=level, seed=seed), "log-ratio-bca"
        low, high = found.low, found.high
    else:
        half, method = t_quantile((1 + level) / 2, sums.clusters - 1) * error, "log-ratio-t"
        low, high = sums.mean - half, sums.mean + half
    with np.errstate(over="ignore"):  # beyond the range of floats a ratio is infinite
        value, low, high = np.exp([sums.mean, low, high]).tolist()
    return LogRatio(Interval(value, low, high, sums.n, level, method), left_out)
