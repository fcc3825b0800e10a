"""Watching a run and stopping when it is decided: tests that stay right however often they are looked at.

Each hypothesis is bet against: a wealth of 1 is staked on every next cluster, with odds that are fair if the hypothesis
holds. Under it the wealth reaches ``1 / alpha`` at *any* time with a chance of at most ``alpha``; so it may be
looked at after every case. Only the bets need good guesses, never the guarantee.

The clusters must come in random order, and be drawn like those that are still to come.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.stats.argument import require_probability
from assay.stats.clusters import as_floats

Against = Literal["at-most", "at-least"]

_BOLDNESS = 0.5
"""The share of what could be lost at most that is ever staked: so no single case can ruin the wealth."""

_PRIOR = 10.0
"""How many clusters without a difference the first guess of a mean is worth."""


@dataclass(slots=True)
class Wealth:
    """What a bettor against "the mean is at most (or at least) ``mean``" has, case by case.

    Values lie in ``[low, high]``. A cluster is one bet: its values less ``mean`` are summed and divided by
    ``largest``, so clusters of any size up to that keep the odds fair for the mean over *cases*.

    Attributes:
        mean: The hypothesis's value.
        against: ``at-most`` gains when values are higher than the hypothesis allows.
        low: Lowest possible value.
        high: Highest possible value.
        largest: The largest number of cases in a cluster.
        guess: A first guess of the true mean, for the first bets.

    Source:
        I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting",
        JRSS B 86 (2024), 1-27; the bound at any time: J. Ville, "Étude critique de la notion de collectif" (1939).
    """

    mean: float
    against: Against = "at-most"
    low: float = -1.0
    high: float = 1.0
    largest: int = 1
    guess: float = 0.0
    log_wealth: float = 0.0
    most: float = 0.0
    n: int = 0
    _sum: float = field(default=0.0, init=False)
    _squares: float = field(default=0.0, init=False)

    def add(self, total: float, size: int = 1) -> None:
        """Take in one cluster: the sum of its values, and how many there are.

        Raises:
            ValueError: The cluster is larger than ``largest``, or its mean lies outside the bounds.
        """
        if not 0 < size <= self.largest:
            raise ValueError(f"a cluster must have between 1 and {self.largest} cases, not {size}")
        if not self.low - 1e-9 <= total / size <= self.high + 1e-9:
            raise ValueError(f"a value must be between {self.low} and {self.high}, not {total / size}")
        sign = 1.0 if self.against == "at-most" else -1.0
        won = sign * (total - size * self.mean) / self.largest
        self.log_wealth += math.log1p(self._stake() * won)
        self.most = max(self.most, self.log_wealth)
        self.n += 1
        self._sum += won
        self._squares += won * won

    def rejects(self, alpha: float) -> bool:
        """Whether the hypothesis is rejected at this error rate, now or at any time before."""
        require_probability("alpha", alpha)
        return self.most >= -math.log(alpha)

    @property
    def p_value(self) -> float:
        """A p-value that holds at whatever time it is looked at."""
        return math.exp(-self.most)

    def _stake(self) -> float:
        """The share to bet on the next cluster, from those before it alone: edge over second moment (Kelly's rule)."""
        sign = 1.0 if self.against == "at-most" else -1.0
        could_lose = (self.mean - self.low) if sign > 0 else (self.high - self.mean)
        if could_lose <= 0:
            return 0.0
        expected = sign * (self.guess - self.mean) / self.largest
        edge = (_PRIOR * expected + self._sum) / (_PRIOR + self.n)
        spread = max((self.high - self.low) / (4 * self.largest), 1e-3)
        second = (_PRIOR * spread**2 / 4 + self._squares) / (_PRIOR + self.n)
        return min(max(edge, 0.0) / max(second, 1e-9), _BOLDNESS / could_lose)


def confidence_sequence(
    values: ArrayLike, *, alpha: float = 0.05, bounds: tuple[float, float] = (0.0, 1.0), points: int = 401
) -> NDArray[np.float64]:
    """The interval after each value, all of them right together with a chance of at least ``1 - alpha``.

    Args:
        values: Independent values in random order, shape (n,).
        alpha: Chance that any of the intervals misses the mean, both sides together.
        bounds: Lowest and highest possible value.
        points: How many means are tried; the ends are that exact.

    Returns:
        Lower and upper ends, shape (n, 2). They never move apart again.

    Raises:
        ValueError: A value lies outside ``bounds``.

    Source:
        I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting",
        JRSS B 86 (2024), 1-27, theorem 3, each side by itself at ``alpha / 2``.
    """
    require_probability("alpha", alpha)
    low, high = bounds
    given = as_floats(values)
    if len(given) and not low <= given.min() <= given.max() <= high:
        raise ValueError(f"a value must be between {low} and {high}, and these go from {given.min()} to {given.max()}")
    if not len(given):
        return np.empty((0, 2))
    scaled = (given - low) / (high - low)
    means, stakes = np.linspace(0, 1, points), _stakes(scaled, alpha)
    bar = math.log(2 / alpha)
    # A mean that was rejected once stays so; the ends are the last means that were, so nothing is rounded inwards.
    too_low = np.maximum.accumulate(_log_wealth(scaled, means, stakes, 1.0), axis=0) >= bar
    too_high = np.maximum.accumulate(_log_wealth(scaled, means, stakes, -1.0), axis=0) >= bar
    lower = np.where(too_low, means, 0.0).max(axis=1)
    upper = np.where(too_high, means, 1.0).min(axis=1)
    return low + np.column_stack([lower, upper]) * (high - low)


def _stakes(values: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    """How much to bet at each time, from the values before it alone."""
    n = len(values)
    times = np.arange(1, n + 1)
    means = (0.5 + np.cumsum(values)) / (times + 1)
    spread = (0.25 + np.cumsum((values - means) ** 2)) / (times + 1)
    before = np.concatenate([[0.25], spread[:-1]]) if n else spread
    found: NDArray[np.float64] = np.sqrt(2 * math.log(2 / alpha) / (before * times * np.log1p(times)))
    return found


def _log_wealth(
    values: NDArray[np.float64], means: NDArray[np.float64], stakes: NDArray[np.float64], sign: float
) -> NDArray[np.float64]:
    """The log wealth after each value, for each mean that is tried; shape (n, points)."""
    could_lose = np.maximum(means if sign > 0 else 1 - means, 1e-12)
    bets = np.minimum(stakes[:, None], _BOLDNESS / could_lose[None, :])
    gains = np.log1p(bets * sign * (values[:, None] - means[None, :]))
    found: NDArray[np.float64] = np.cumsum(gains, axis=0)
    return found
