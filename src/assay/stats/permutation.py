"""Could the difference be chance? A test that supposes nothing of the scores but that the two variants are alike.

If they are, each cluster's difference could as well have had the other sign. The p-value is the share of all choices of
signs that give a mean at least as far from 0 as the one that was seen.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.clusters import Floats, cluster_sums

MOST_EXACT = 16
"""Up to so many clusters that differ, all 2**G choices of signs are gone through."""

ROUNDS = 20_000

Side = Literal["two-sided", "greater", "less"]


@dataclass(frozen=True, slots=True)
class SignFlip:
    """The result of a sign-flip test.

    Attributes:
        p_value: Share of the choices of signs that are at least as extreme.
        exact: Whether all of them were gone through; else they were drawn.
        clusters: Clusters whose difference is not 0; the others say nothing.
    """

    p_value: float
    exact: bool
    clusters: int


def sign_flip(
    differences: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    side: Side = "two-sided",
    seed: int = 0,
    rounds: int = ROUNDS,
) -> SignFlip:
    """The sign-flip permutation test of "the mean of candidate - baseline is 0".

    Signs are turned for a whole cluster at a time. Where they are drawn, the choice that was seen counts as one
    of the draws, so that the p-value is never too small.

    Args:
        differences: Candidate - baseline of each pair, shape (n,).
        clusters: The cluster of each, shape (n,); None: each is one of its own.
        side: ``greater`` for "the candidate is better", ``less`` for "it is worse".
        seed: Of the drawing, which is used beyond ``MOST_EXACT`` clusters.
        rounds: How many choices of signs are drawn.

    Source:
        R. A. Fisher, "The design of experiments" (1935), section 21; drawn signs: B. Phipson and G. K. Smyth,
        "Permutation p-values should never be zero", Statistical Applications in Genetics 9 (2010), 39.
    """
    sums = cluster_sums(differences, clusters).sums
    sums = sums[sums != 0]
    if not len(sums):
        return SignFlip(1.0, exact=True, clusters=0)
    exact = len(sums) <= MOST_EXACT
    totals = _all_totals(sums) if exact else _drawn_totals(sums, seed, rounds)
    # Sums of the same numbers in another order differ in their last digits.
    slack = 1e-11 * float(np.abs(sums).sum())
    more = _extreme(totals, float(sums.sum()), side, slack=slack)
    p_value = more / len(totals) if exact else (more + 1) / (rounds + 1)
    return SignFlip(p_value, exact=exact, clusters=len(sums))


def _extreme(totals: Floats, seen: float, side: Side, *, slack: float) -> int:
    if side == "greater":
        return int((totals >= seen - slack).sum())
    if side == "less":
        return int((totals <= seen + slack).sum())
    return int((np.abs(totals) >= abs(seen) - slack).sum())


def _all_totals(sums: Floats) -> Floats:
    totals = np.zeros(1)
    for value in sums:
        totals = np.concatenate([totals + value, totals - value])
    return totals


def _drawn_totals(sums: Floats, seed: int, rounds: int) -> Floats:
    rng = np.random.default_rng(seed)
    at_once = max(1, min(rounds, 4_000_000 // len(sums)))
    found: list[Floats] = []
    for start in range(0, rounds, at_once):
        turned = rng.integers(0, 2, size=(min(at_once, rounds - start), len(sums)), dtype=np.int8)
        found.append(sums.sum() - 2 * (turned @ sums))
    return np.concatenate(found)
