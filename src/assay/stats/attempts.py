"""Several attempts at each case: does one of k succeed (pass@k), do all of k (pass^k), and how flaky is it?

Estimated from n attempts of which c passed, without bias, for any k up to n. What is averaged over cases has an
interval over cases (and their clusters): attempts at one case say nothing about other cases.
"""

from math import comb

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.argument import ROUNDING
from assay.stats.bootstrap import bca_mean
from assay.stats.clusters import cluster_sums
from assay.stats.distribution import t_quantile
from assay.stats.interval import Interval

FEW_CLUSTERS = 30


def pass_at_k(attempts: int, passed: int, k: int) -> float:
    """The chance that at least one of k attempts drawn from these passes, in [0, 1].

    Raises:
        ValueError: More passed than were attempted, or k is not between 1 and the attempts.

    Source:
        M. Chen et al., "Evaluating large language models trained on code", arXiv:2107.03374 (2021), section 2.1.
    """
    _check(attempts, passed, k)
    return 1 - comb(attempts - passed, k) / comb(attempts, k)


def pass_hat_k(attempts: int, passed: int, k: int) -> float:
    """The chance that all of k attempts drawn from these pass, in [0, 1]: how reliable it is.

    Raises:
        ValueError: More passed than were attempted, or k is not between 1 and the attempts.

    Source:
        S. Yao et al., "tau-bench", arXiv:2406.12045 (2024), section 4.
    """
    _check(attempts, passed, k)
    return comb(passed, k) / comb(attempts, k)


def flakiness(attempts: int, passed: int) -> float:
    """How undecided a case is: ``4 p (1 - p)``; 0 when every attempt ended alike, 1 when half of them passed."""
    _check(attempts, passed, 1)
    share = passed / attempts
    return 4 * share * (1 - share)


def over_cases(values: ArrayLike, clusters: ArrayLike | None = None, *, level: float = 0.95, seed: int = 0) -> Interval:
    """The mean of a per-case figure such as pass^k, with an interval over the cases.

    Args:
        values: One figure in [0, 1] for each case, shape (n,).
        clusters: The cluster of each case, shape (n,); None: each is one of its own.
        level: Two-sided confidence level, in (0, 1).
        seed: Of the bootstrap.

    Returns:
        Student's t with G - 1 degrees of freedom for at least 30 clusters (``clustered-t``), the cluster bootstrap
        BCa below.
    """
    sums = cluster_sums(values, clusters)
    error = sums.standard_error()
    if error is None or sums.clusters < FEW_CLUSTERS or sums.spread() <= ROUNDING:
        return bca_mean(values, clusters, level=level, seed=seed, bounds=(0.0, 1.0))
    half = t_quantile((1 + level) / 2, sums.clusters - 1) * error
    low, high = np.clip([sums.mean - half, sums.mean + half], 0.0, 1.0)
    return Interval(sums.mean, float(low), float(high), sums.n, level, "clustered-t")


def _check(attempts: int, passed: int, k: int) -> None:
    if not 0 <= passed <= attempts:
        raise ValueError(f"passed must be between 0 and the attempts, not {passed} of {attempts}")
    if not 1 <= k <= attempts:
        raise ValueError(f"k must be between 1 and the {attempts} attempts, not {k}")
