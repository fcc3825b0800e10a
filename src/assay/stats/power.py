"""How many cases a question takes, and what a suite of a given size can see.

The number of cases is always rounded up. With clusters, pass ``n * se**2`` (clustered) as the
variance, as ``Pairs.planning_variance`` does: the answer then holds for cases clustered alike.
"""

import math

from assay.stats.argument import require_positive, require_probability
from assay.stats.distribution import normal_quantile


def cases_for_margin(variance_of_difference: float, margin: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Cases needed to show, most of the time, that a candidate that is no worse is not worse by ``margin``.

    Planned for a true difference of 0, never for the observed one.

    Args:
        variance_of_difference: Variance of one case's candidate - baseline.
        margin: Largest loss to be tolerated, above 0.
        alpha: Chance of passing a candidate that is worse by the whole margin (one-sided).
        power: Chance of passing a candidate that is no different.
    """
    _require_variance(variance_of_difference)
    require_positive("the margin", margin)
    return math.ceil(_z_sum(alpha, power, sides=1) ** 2 * variance_of_difference / margin**2)


def non_inferiority_cases(discordant_rate: float, margin: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """``cases_for_margin`` for passes, where the variance is the share of cases that flip either way."""
    _require_share_of_flips(discordant_rate)
    return cases_for_margin(discordant_rate, margin, alpha=alpha, power=power)


def more_cases_for_margin(
    n: int, variance_of_difference: float, margin: float, *, alpha: float = 0.05, power: float = 0.8
) -> int:
    """How many cases an inconclusive comparison of ``n`` cases lacks.

    0 says that the suite is already as large as planned: the true difference is probably close to the
    margin, and a few more cases would not settle it.
    """
    return max(0, cases_for_margin(variance_of_difference, margin, alpha=alpha, power=power) - n)


def cases_for_difference(
    variance_of_difference: float, difference: float, *, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Cases needed to see a true ``difference`` in either direction (two-sided ``alpha``).

    Source:
        E. Miller, "Adding error bars to evals", arXiv:2411.00640 (2024), section 5.
    """
    _require_variance(variance_of_difference)
    require_positive("the difference", difference)
    return math.ceil(_z_sum(alpha, power, sides=2) ** 2 * variance_of_difference / difference**2)


def superiority_cases(discordant_rate: float, difference: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Pairs needed for McNemar's test to see a true ``difference`` of pass rates (two-sided ``alpha``).

    Raises:
        ValueError: The difference is larger than the share of cases that flip, which can not be.

    Source:
        R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design",
        Biometrics 43 (1987), 207-211.
    """
    _require_share_of_flips(discordant_rate)
    require_positive("the difference", difference)
    if difference > discordant_rate:
        raise ValueError(
            f"a difference of {difference} takes at least as large a share of flips, not {discordant_rate}"
        )
    z_alpha, z_power = _z_alpha(alpha, sides=2), _z_power(power)
    under_difference = discordant_rate - difference**2
    spread = z_alpha * math.sqrt(discordant_rate) + z_power * math.sqrt(under_difference)
    return math.ceil(spread**2 / difference**2)


def minimum_detectable_difference(standard_error: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest true difference that a comparison with this standard error would see (two-sided ``alpha``)."""
    if not standard_error >= 0:
        raise ValueError(f"a standard error must not be negative, not {standard_error}")
    return _z_sum(alpha, power, sides=2) * standard_error


def _z_sum(alpha: float, power: float, *, sides: int) -> float:
    return _z_alpha(alpha, sides=sides) + _z_power(power)


def _z_alpha(alpha: float, *, sides: int) -> float:
    require_probability("alpha", alpha)
    return normal_quantile(1 - alpha / sides)


def _z_power(power: float) -> float:
    require_probability("the power", power)
    return normal_quantile(power)


def _require_variance(variance: float) -> None:
    if not variance >= 0:
        raise ValueError(f"a variance must not be negative, not {variance}")


def _require_share_of_flips(rate: float) -> None:
    if not 0 <= rate <= 1:
        raise ValueError(f"the share of flips must be between 0 and 1, not {rate}")
