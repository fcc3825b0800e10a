"""Intervals for a share of successes: k of n cases passed, one case as good as another.

For cases that may come in clusters see ``passes``; for two variants on the same cases see ``paired``.
With n = 0 nothing is known: the value is 0 and the interval is all of [0, 1].
"""

import math

from assay.stats.argument import require_level, require_one_sided_level, require_probability, require_successes
from assay.stats.distribution import beta_quantile, normal_quantile, two_sided_z
from assay.stats.interval import Interval


def wilson(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """Wilson's score interval: the one for reports.

    Covers close to the level on average at every n, and is never empty at 0 of n or n of n.

    Args:
        successes: Number of cases that passed.
        n: Number of cases.
        level: Two-sided confidence level, in (0, 1).

    Source:
        E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
        JASA 22 (1927), 209-212.
    """
    require_level(level)
    require_successes(successes, n)
    low, high = wilson_bounds(_share(successes, n), n, two_sided_z(level))
    return Interval(_share(successes, n), low, high, n, level, "wilson")


def wilson_lower(successes: int, n: int, *, level: float = 0.95) -> float:
    """One-sided lower Wilson bound: the share is at least this, with confidence near ``level``."""
    require_one_sided_level(level)
    require_successes(successes, n)
    return wilson_bounds(_share(successes, n), n, normal_quantile(level))[0]


def wilson_upper(successes: int, n: int, *, level: float = 0.95) -> float:
    """One-sided upper Wilson bound: the share is at most this, with confidence near ``level``."""
    require_one_sided_level(level)
    require_successes(successes, n)
    return wilson_bounds(_share(successes, n), n, normal_quantile(level))[1]


def clopper_pearson(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """Clopper and Pearson's exact interval: covers at least the level, whatever the true share.

    Wider than Wilson's; for claims that must not be wrong more often than stated.

    Args:
        successes: Number of cases that passed.
        n: Number of cases.
        level: Two-sided confidence level, in (0, 1).

    Source:
        C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in
        the case of the binomial", Biometrika 26 (1934), 404-413.
    """
    require_level(level)
    require_successes(successes, n)
    side = (1 + level) / 2
    low, high = _exact_lower(successes, n, side), _exact_upper(successes, n, side)
    return Interval(_share(successes, n), low, high, n, level, "clopper-pearson")


def jeffreys(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """Jeffreys' interval: the middle of a Beta(k + 1/2, n - k + 1/2), close to the level on average.

    With no success the lower end is 0, with nothing else the upper end is 1, as its authors recommend: the
    beta distribution alone would leave the very value out that was seen.

    Args:
        successes: Number of cases that passed.
        n: Number of cases.
        level: Two-sided confidence level, in (0, 1).

    Source:
        L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion",
        Statistical Science 16 (2001), 101-133, section 4.1.2.
    """
    require_level(level)
    require_successes(successes, n)
    a, b, tail = successes + 0.5, n - successes + 0.5, (1 - level) / 2
    low = beta_quantile(tail, a, b) if successes else 0.0
    high = beta_quantile(1 - tail, a, b) if successes < n else 1.0
    return Interval(_share(successes, n), low, high, n, level, "jeffreys")


def clopper_pearson_lower(successes: int, n: int, *, level: float = 0.95) -> float:
    """One-sided exact lower bound: the share is at least this, with confidence at least ``level``."""
    require_one_sided_level(level)
    require_successes(successes, n)
    return _exact_lower(successes, n, level)


def clopper_pearson_upper(successes: int, n: int, *, level: float = 0.95) -> float:
    """One-sided exact upper bound: the share is at most this, with confidence at least ``level``."""
    require_one_sided_level(level)
    require_successes(successes, n)
    return _exact_upper(successes, n, level)


def zero_failures_needed(p_max: float, *, level: float = 0.95) -> int:
    """How many cases must pass without one failure to show that failures are at most ``p_max``.

    The smallest n whose one-sided Clopper-Pearson upper bound at 0 of n is at most ``p_max``:
    59 for 5 %, 299 for 1 %, 2995 for 0.1 % at the level 0.95.

    Args:
        p_max: Largest share of failures to be tolerated, in (0, 1).
        level: One-sided confidence level, in [0.5, 1).
    """
    require_one_sided_level(level)
    require_probability("the largest share of failures", p_max)
    # The small step back keeps a quotient that is whole but for rounding (p_max 0.5, level 0.75) from gaining a case.
    return math.ceil(math.log(1 - level) / math.log1p(-p_max) - 1e-9)


def wilson_bounds(share: float, n: float, z: float) -> tuple[float, float]:
    """Both ends of Wilson's interval for a share seen in ``n`` cases, which need not be a whole number.

    Args:
        share: Share of successes, in [0, 1].
        n: Number of cases, or what clustered cases are worth in independent ones; at 0 nothing is known.
        z: Normal (or t) quantile of the level.
    """
    if n == 0:
        return 0.0, 1.0
    shrink = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the edges the formula gives 0 and 1 but for rounding, and the interval always holds the share.
    low = 0.0 if share == 0 else max(0.0, min(centre - half, share))
    high = 1.0 if share == 1 else min(1.0, max(centre + half, share))
    return low, high


def _share(successes: int, n: int) -> float:
    return successes / n if n else 0.0


def _exact_lower(successes: int, n: int, level: float) -> float:
    return beta_quantile(1 - level, successes, n - successes + 1) if successes else 0.0


def _exact_upper(successes: int, n: int, level: float) -> float:
    return beta_quantile(level, successes + 1, n - successes) if successes < n else 1.0
