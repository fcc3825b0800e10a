"""Look plans: how to look at a growing run several times and still be wrong only once in twenty, all in all.

Each look may decide; so each has a bar of its own, and the bars are chosen so that the chance of passing a bad
candidate at any of them stays at ``alpha``. One-sided throughout.

    bonferroni        alpha divided by the number of looks; needs no assumption, wastes the most
    pocock            the same bar at each look
    obrien-fleming    a high bar early and almost the usual one at the end; the usual choice
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from assay.stats.argument import require_probability
from assay.stats.clusters import Floats
from assay.stats.distribution import normal_quantile, normal_share, normal_shares

Plan = Literal["bonferroni", "pocock", "obrien-fleming"]
PLANS: tuple[Plan, ...] = ("bonferroni", "pocock", "obrien-fleming")

_POINTS = 601
_FARTHEST = 8.5


def look_bounds(plan: Plan, fractions: Sequence[float], *, alpha: float = 0.05) -> tuple[float, ...]:
    """The bar of each look, as a normal quantile: the statistic must exceed it.

    Args:
        plan: Which plan.
        fractions: The share of all cases that each look sees, rising to 1.
        alpha: Chance of passing a bad candidate at any look, one-sided.

    Raises:
        ValueError: The fractions do not rise from above 0 to 1.

    Source:
        S. J. Pocock, Biometrika 64 (1977), 191-199; P. C. O'Brien and T. R. Fleming, Biometrics 35 (1979), 549-556;
        computed as in P. Armitage, C. K. McPherson and B. C. Rowe, JRSS A 132 (1969), 235-244.
    """
    require_probability("alpha", alpha)
    times = _checked(fractions)
    if plan == "bonferroni":
        return (normal_quantile(1 - alpha / len(times)),) * len(times)
    shape = [1.0 if plan == "pocock" else math.sqrt(1 / t) for t in times]
    low, high = 0.0, _FARTHEST
    for _ in range(50):
        middle = (low + high) / 2
        if crossing_chance([middle * s for s in shape], times) > alpha:
            low = middle
        else:
            high = middle
    return tuple(high * s for s in shape)


def look_alphas(plan: Plan, fractions: Sequence[float], *, alpha: float = 0.05) -> tuple[float, ...]:
    """The one-sided error rate that each look's interval is made at: what its bar leaves of a normal variable."""
    return tuple(1 - normal_share(bound) for bound in look_bounds(plan, fractions, alpha=alpha))


def spent_bounds(
    fractions: Sequence[float], *, alpha: float = 0.05, shape: Literal["pocock", "obrien-fleming"] = "obrien-fleming"
) -> tuple[float, ...]:
    """The bars when the times of the looks were not fixed beforehand: alpha is spent as cases come.

    Args:
        fractions: The share of the largest number of cases that each look saw so far, rising, at most 1.
        alpha: Chance of passing a bad candidate at any look, one-sided.
        shape: Which plan the spending follows.

    Source:
        K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries for clinical trials",
        Biometrika 70 (1983), 659-663.
    """
    require_probability("alpha", alpha)
    times, found = _rising(fractions), list[float]()
    for i, t in enumerate(times):
        allowed = _spent(t, alpha, shape)
        low, high = -_FARTHEST, _FARTHEST
        for _ in range(50):
            middle = (low + high) / 2
            if crossing_chance([*found, middle], times[: i + 1]) > allowed:
                low = middle
            else:
                high = middle
        found.append(high)
    return tuple(found)


def crossing_chance(bounds: Sequence[float], fractions: Sequence[float], *, drift: float = 0.0) -> float:
    """The chance that the statistic exceeds its bar at any look.

    Args:
        bounds: The bar of each look, as a normal quantile.
        fractions: The share of all cases that each look sees, rising.
        drift: Expected value of the statistic at all the cases; 0 for a candidate that is as bad as the margin.

    The sum of differences moves like Brownian motion, so what has not crossed at one look is carried to the next by a
    normal step, and integrated numerically (Simpson's rule).
    """
    density: Floats | None = None
    grid = np.zeros(0)
    weights = np.zeros(0)
    crossed, before = 0.0, 0.0
    for bound, t in zip(bounds, fractions, strict=True):
        step, edge = math.sqrt(t - before), bound * math.sqrt(t)
        shift = drift * (t - before)
        if density is None:
            crossed += 1 - normal_share((edge - shift) / step)
        else:
            crossed += float((weights * density * normal_shares((grid + shift - edge) / step)).sum())
        lowest = min(edge, drift * t) - _FARTHEST * math.sqrt(t)
        fresh = np.linspace(lowest, edge, _POINTS)
        if density is None:
            density = _normal((fresh - shift) / step) / step
        else:
            kernel = _normal((fresh[:, None] - grid[None, :] - shift) / step) / step
            density = kernel @ (weights * density)
        grid, weights, before = fresh, _simpson(fresh), t
    return crossed


def _spent(t: float, alpha: float, shape: str) -> float:
    if shape == "pocock":
        return alpha * math.log(1 + (math.e - 1) * t)
    return 2 - 2 * normal_share(normal_quantile(1 - alpha / 2) / math.sqrt(t))


def _normal(values: Floats) -> Floats:
    found: Floats = np.exp(-(values**2) / 2) / math.sqrt(2 * math.pi)
    return found


def _simpson(grid: Floats) -> Floats:
    weights = np.full(len(grid), 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    found: Floats = weights * (grid[1] - grid[0]) / 3
    return found


def _checked(fractions: Sequence[float]) -> list[float]:
    times = _rising(fractions)
    if abs(times[-1] - 1) > 1e-9:
        raise ValueError(f"the last look must see all cases, not a share of {times[-1]}")
    return times


def _rising(fractions: Sequence[float]) -> list[float]:
    times = [float(t) for t in fractions]
    if not times or times[0] <= 0 or times[-1] > 1 + 1e-9 or any(b <= a for a, b in pairwise(times)):
        raise ValueError(f"the looks must see rising shares of the cases, above 0 and up to 1, not {times}")
    return times
