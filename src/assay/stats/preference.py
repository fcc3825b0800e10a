"""Who is better, from pairs: strengths of variants that a judge compared two at a time, ties included.

Davidson's form of the Bradley-Terry model: the chance of a win goes with the strengths, the chance of a tie with their
geometric mean. Intervals come from drawing whole clusters of cases again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.stats.argument import require_level
from assay.stats.clusters import Floats, cluster_index
from assay.stats.interval import Interval

RESAMPLES = 400
_ROUNDS = 500
_CLOSE = 1e-10
_LITTLE = 1e-3
"""A thousandth of a win for everybody against everybody, in drawn samples alone, so that each has a solution."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One comparison: the numbers of the two variants, and how it ended.

    Attributes:
        first: Number of one variant, from 0.
        second: Number of the other.
        outcome: 1 when the first won, 0 when the second did, 0.5 for a tie.
    """

    first: int
    second: int
    outcome: float


@dataclass(frozen=True, slots=True)
class Strengths:
    """The strengths of all variants.

    Attributes:
        log_strengths: Natural logarithms with mean 0, each with its interval; a difference of 1 is odds of 2.7 to 1.
        tie: Davidson's tie parameter: 0 without ties; 1 gives a tie in a third of the comparisons of equals.
    """

    log_strengths: tuple[Interval, ...]
    tie: float

    def win_chance(self, first: int, second: int) -> float:
        """The chance that the first wins, ties left out."""
        return 1 / (1 + math.exp(self.log_strengths[second].value - self.log_strengths[first].value))


def bradley_terry(
    pairings: Sequence[Pairing],
    variants: int,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Strengths:
    """The strengths that fit the comparisons best.

    Args:
        pairings: The comparisons, length n.
        variants: How many variants there are.
        clusters: The cluster of each comparison, usually its case, shape (n,); None: each is one of its own.
        level: Two-sided confidence level, in (0, 1).
        seed: Of the drawing.
        resamples: How often clusters are drawn; the interval is between percentiles.

    Raises:
        ValueError: There are two groups of variants of which one never lost to (or never won against) the other: the
            strengths have no finite values then.

    Source:
        R. R. Davidson, "On extending the Bradley-Terry model to accommodate ties", JASA 65 (1970), 317-328;
        fitted as D. R. Hunter, Annals of Statistics 32 (2004), 384-406.
    """
    require_level(level)
    first = np.array([p.first for p in pairings], dtype=np.intp)
    second = np.array([p.second for p in pairings], dtype=np.intp)
    outcome = np.array([p.outcome for p in pairings], dtype=np.float64)
    _check(first, second, outcome, variants)
    index, groups = cluster_index(np.arange(len(first)) if clusters is None else clusters, len(first))
    wins, ties = _counts(first, second, outcome, np.ones(len(first)), variants)
    _check_connected(wins + ties / 2)
    value, tie = _fit(wins, ties)
    rng = np.random.default_rng(seed)
    drawn = np.empty((resamples, variants))
    for r in range(resamples):
        times = np.bincount(rng.integers(0, groups, groups), minlength=groups).astype(np.float64)
        again = _counts(first, second, outcome, times[index], variants)
        drawn[r] = _fit(again[0] + _LITTLE * (1 - np.eye(variants)), again[1])[0]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Strengths(
        tuple(
            Interval(float(v), float(min(lo, v)), float(max(hi, v)), len(first), level, "bradley-terry-davidson")
            for v, lo, hi in zip(value, low, high, strict=True)
        ),
        tie,
    )


def _counts(
    first: NDArray[np.intp], second: NDArray[np.intp], outcome: Floats, times: Floats, variants: int
) -> tuple[Floats, Floats]:
    """How often each won against each, and tied with each, shape (V, V)."""
    wins, ties = np.zeros((variants, variants)), np.zeros((variants, variants))
    np.add.at(wins, (first, second), times * (outcome == 1))
    np.add.at(wins, (second, first), times * (outcome == 0))
    np.add.at(ties, (first, second), times * (outcome == 0.5))
    return wins, ties + ties.T


def _fit(wins: Floats, ties: Floats) -> tuple[Floats, float]:
    """Log strengths with mean 0, and the tie parameter, by minorization and maximization."""
    games = wins + wins.T + ties
    tied = ties.sum() / 2
    strength, tie = np.ones(len(wins)), 1.0 if tied else 0.0
    points = wins.sum(axis=1) + ties.sum(axis=1) / 2
    for _ in range(_ROUNDS):
        root = np.sqrt(np.outer(strength, strength))
        total = strength[:, None] + strength[None, :] + tie * root
        # The derivative of the mean of each pair's total, at the strengths of the round before.
        slope = games * (1 + tie / 2 * np.sqrt(strength[None, :] / strength[:, None])) / total
        fresh = points / slope.sum(axis=1)
        fresh = fresh / np.exp(np.log(fresh).mean())
        if tied:
            tie = float(tied / (np.triu(games * root / total, 1).sum()))
        moved = np.abs(np.log(fresh / strength)).max()
        strength = fresh
        if moved < _CLOSE:
            break
    return np.log(strength), tie


def _check(first: NDArray[np.intp], second: NDArray[np.intp], outcome: Floats, variants: int) -> None:
    if not len(first):
        raise ValueError("there are no comparisons")
    if min(first.min(), second.min()) < 0 or max(first.max(), second.max()) >= variants:
        raise ValueError(f"a variant's number must be between 0 and {variants - 1}")
    if (first == second).any():
        raise ValueError("a variant is compared with itself")
    if not np.isin(outcome, (0.0, 0.5, 1.0)).all():
        raise ValueError("an outcome is 1, 0.5 or 0")


def _check_connected(beats: Floats) -> None:
    """Every variant must reach every other one along wins and ties."""
    reach = (beats > 0) | np.eye(len(beats), dtype=bool)
    for _ in range(len(beats)):
        reach = (reach.astype(np.int64) @ reach.astype(np.int64)) > 0
    if not reach.all():
        lost = np.argwhere(~reach)[0]
        raise ValueError(
            f"variant {lost[0]} never won against variant {lost[1]} or anything that beats it, so their strengths "
            "cannot be compared; add comparisons or leave one of them out"
        )
