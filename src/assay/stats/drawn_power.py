"""The power of a comparison of clustered cases, by drawing clusters of a past one over and over.

A formula knows the variance alone. Of few and uneven clusters the variance that a run will find is itself uncertain,
and a run that happens to find little passes more easily: the formula is some points off. Drawing is not.

Source:
    B. Efron and R. J. Tibshirani, "An introduction to the bootstrap" (1993), section 25.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assay.stats.argument import require_positive, require_probability
from assay.stats.bootstrap import bca_of_sums
from assay.stats.clusters import ClusterSums, Floats
from assay.stats.distribution import t_quantile
from assay.stats.paired_mean import FEW_CLUSTERS

ROUNDS = 2_000
MOST_CLUSTERS = 400
"""Beyond so many clusters the formula is as good."""

_FEW_ROUNDS = 500
_RESAMPLES = 1_000
_ALIKE = 1e-13


@dataclass(frozen=True, slots=True)
class PairedClusters:
    """The differences of past cases, summed by cluster.

    Attributes:
        sizes: Cases of each cluster, shape (G,).
        sums: Sum of candidate - baseline, shape (G,).
        squares: Sum of its squares, shape (G,).
        passes: Whether every difference is -1, 0 or 1, as of passes.
    """

    sizes: Floats
    sums: Floats
    squares: Floats
    passes: bool


class DrawnPower:
    """What comparisons of as many clusters as one likes would conclude, if the two variants were no different.

    Every round draws clusters of the past run with replacement, and of each at random which variant is called the
    candidate, since between two that are no different the name is chance. Sizes share their draws, so that more
    clusters are never worse by chance alone.

    Args:
        past: The clusters to draw from, at least two.
        rounds: How often.
        seed: Of the drawing.

    Raises:
        ValueError: There are fewer than two clusters.
    """

    def __init__(self, past: PairedClusters, *, rounds: int = ROUNDS, seed: int = 0) -> None:
        if len(past.sizes) < 2:
            raise ValueError(f"clusters are drawn from at least two, not {len(past.sizes)}")
        self._past, self._rng = past, np.random.default_rng(seed)
        self._places = self._rng.integers(len(past.sizes), size=(rounds, MOST_CLUSTERS))
        self._bounds: dict[tuple[int, float], Floats] = {}

    def power(self, clusters: int, margin: float, *, alpha: float = 0.05) -> float:
        """The chance that so many clusters show the candidate not to be worse by ``margin``.

        Args:
            clusters: From 2 to ``MOST_CLUSTERS``.
            margin: Largest loss to be tolerated, above 0.
            alpha: One-sided error rate.

        Raises:
            ValueError: An argument is out of range.
        """
        require_positive("the margin", margin)
        require_probability("alpha", alpha)
        if not 2 <= clusters <= MOST_CLUSTERS:
            raise ValueError(f"between 2 and {MOST_CLUSTERS} clusters can be drawn, not {clusters}")
        if not self._past.passes:
            return float((self._lowest(clusters, alpha) > -margin).mean())
        return float(self._shown(clusters, margin, alpha).mean())

    def _shown(self, clusters: int, margin: float, alpha: float) -> NDArray[np.bool_]:
        """Of each round, whether Tango's clustered bound lies above the margin, shape (rounds,)."""
        found = self._moments(clusters)
        n, mean, varied = found.n, found.mean, found.varied
        alone = np.sqrt(np.maximum(found.squares - n * mean**2, 0.0) / (n - 1) / n)
        with np.errstate(divide="ignore", invalid="ignore"):
            worth = np.where(varied, np.minimum(n, (n - 1) * (alone / found.error) ** 2), float(clusters))
        flips = found.squares / n
        spread = _variance_at((flips + mean) / 2, (flips - mean) / 2, -margin)
        t = t_quantile(1 - alpha, clusters - 1)
        shown: NDArray[np.bool_] = (mean + margin) * np.sqrt(worth) > t * np.sqrt(spread)
        return shown

    def _lowest(self, clusters: int, alpha: float) -> Floats:
        """Of each round the lower bound of the mean score; of few clusters also the bootstrap's, as a gate has it."""
        key = (clusters, alpha)
        if key not in self._bounds:
            found = self._moments(clusters)
            low = found.mean - t_quantile(1 - alpha, clusters - 1) * found.error
            unseen = -math.expm1(math.log(alpha) / clusters)
            low = np.where(found.varied, low, found.mean - unseen * (found.mean + 1))
            if clusters < FEW_CLUSTERS:
                low = np.minimum(low[:_FEW_ROUNDS], self._bootstrapped(clusters, alpha))
            self._bounds[key] = low
        return self._bounds[key]

    def _bootstrapped(self, clusters: int, alpha: float) -> Floats:
        sums, sizes = self._drawn
        level, bounds = 1 - 2 * alpha, (-1.0, 1.0)
        found = [
            bca_of_sums(ClusterSums(s[:clusters], n[:clusters]), level=level, resamples=_RESAMPLES, bounds=bounds).low
            for s, n in zip(sums[:_FEW_ROUNDS], sizes[:_FEW_ROUNDS], strict=True)
        ]
        return np.array(found)

    def _moments(self, clusters: int) -> "_Moments":
        n, sums, squares, crossed, sizes, cases = (held[:, clusters - 1] for held in self._running)
        mean = sums / n
        together = np.maximum(squares - 2 * mean * crossed + mean**2 * sizes, 0.0)
        error = np.sqrt(together * clusters / (clusters - 1)) / n
        return _Moments(n, mean, cases, error, together > _ALIKE * n)

    @cached_property
    def _drawn(self) -> tuple[Floats, Floats]:
        """Sums, turned at random, and sizes of the drawn clusters, each of shape (rounds, MOST_CLUSTERS)."""
        turned = self._rng.choice((-1.0, 1.0), size=self._places.shape)
        return self._past.sums[self._places] * turned, self._past.sizes[self._places]

    @cached_property
    def _running(self) -> tuple[Floats, ...]:
        """Sums over the first 1, 2, 3 ... clusters of every round, each of shape (rounds, MOST_CLUSTERS)."""
        sums, sizes = self._drawn
        each = (sizes, sums, sums**2, sums * sizes, sizes**2, self._past.squares[self._places])
        return tuple(np.cumsum(one, axis=1) for one in each)


@dataclass(frozen=True, slots=True)
class _Moments:
    """Of each round the number of cases, the mean, the sum of squares, the clustered error, whether anything varied."""

    n: Floats
    mean: Floats
    squares: Floats
    error: Floats
    varied: NDArray[np.bool_]


def _variance_at(gained: Floats, lost: Floats, difference: float) -> Floats:
    """As ``paired.tango_variance`` of one pair, for many shares at once."""
    b = (2 - gained + lost) * difference - gained - lost
    c = -lost * difference * (1 - difference)
    root = np.sqrt(np.maximum(b * b - 8 * c, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(b <= 0, (root - b) / 4, -2 * c / (b + root))
    found: Floats = np.maximum(2 * share + difference * (1 - difference), 0.0)
    return found
