"""How many cases a question takes, and what a suite of a given size can see.

The number of cases is always rounded up. With clusters, pass ``n * se**2`` (clustered) as the
variance, as ``Pairs.planning_variance`` does: the answer then holds for cases clustered alike.
"""

import math

from assay.stats.argument import require_positive, require_probability
from assay.stats.distribution import noncentral_t_tail, normal_quantile, normal_share, t_quantile
from assay.stats.paired import tango_variance


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


def repeated_cases(
    between: float,
    within: tuple[float, float],
    difference: float,
    *,
    repeats: tuple[int, int] = (1, 1),
    alpha: float = 0.05,
    power: float = 0.8,
) -> int:
    """Cases needed to see a true ``difference`` when each case is repeated under both variants (two-sided ``alpha``).

    Args:
        between: Variance of the cases' own differences (omega squared).
        within: Variance of repeats of one case (sigma squared), of baseline and candidate.
        difference: What is to be seen, above 0.
        repeats: Repeats of each case under either variant.
        alpha: Two-sided error rate.
        power: Chance to see it.

    Source:
        E. Miller, "Adding error bars to evals", arXiv:2411.00640 (2024), equation 9.
    """
    noise = between + within[0] / repeats[0] + within[1] / repeats[1]
    return cases_for_difference(noise, difference, alpha=alpha, power=power)


def equivalence_cases(variance_of_difference: float, margin: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Cases needed to show that a difference lies inside the margin on both sides, when it is truly 0.

    Source:
        S.-C. Chow, J. Shao and H. Wang, "Sample size calculations in clinical research" (2003), section 3.1.
    """
    _require_variance(variance_of_difference)
    require_positive("the margin", margin)
    z = _z_alpha(alpha, sides=1) + _z_power(1 - (1 - power) / 2)
    return math.ceil(z**2 * variance_of_difference / margin**2)


def rate_cases(rate: float, minimum: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Cases needed to show that a true pass rate of ``rate`` is at least ``minimum`` (one-sided ``alpha``).

    Raises:
        ValueError: The rate is not above the minimum.

    Source:
        J. L. Fleiss, "Statistical methods for rates and proportions" (1981), section 2.3, without correction for
        continuity.
    """
    require_probability("the least rate", minimum)
    if not minimum < rate <= 1:
        raise ValueError(f"the rate must be above the least rate {minimum}, and at most 1, not {rate}")
    spread = _z_alpha(alpha, sides=1) * math.sqrt(minimum * (1 - minimum))
    spread += _z_power(power) * math.sqrt(rate * (1 - rate))
    return math.ceil((spread / (rate - minimum)) ** 2)


def power_for_margin(
    variance_of_difference: float,
    n: int,
    margin: float,
    *,
    difference: float = 0.0,
    alpha: float = 0.05,
    clusters: int | None = None,
) -> float:
    """The chance that ``n`` cases show a candidate to be not worse by ``margin``, at this true difference.

    Args:
        variance_of_difference: Variance of one case's candidate - baseline.
        n: Number of cases.
        margin: Largest loss to be tolerated, above 0.
        difference: The true difference; 0 is "no different".
        alpha: One-sided error rate.
        clusters: How many clusters the cases come in, for Student's t; None for as many as one likes.
    """
    _require_variance(variance_of_difference)
    require_positive("the margin", margin)
    if variance_of_difference == 0:
        return 1.0 if difference > -margin else 0.0
    reach = (difference + margin) / math.sqrt(variance_of_difference / n)
    if clusters is None:
        return normal_share(reach - _z_alpha(alpha, sides=1))
    degrees = max(1, clusters - 1)
    return noncentral_t_tail(t_quantile(1 - alpha, degrees), degrees, reach)


def power_of_passes(
    discordant_rate: float,
    n: float,
    margin: float,
    *,
    difference: float = 0.0,
    alpha: float = 0.05,
    clusters: int | None = None,
) -> float:
    """As ``power_for_margin`` for passes that Tango's bound decides: closer for few cases, as its spread is that at
    the margin.

    Args:
        discordant_rate: Share of cases that flip either way, in [0, 1].
        n: Number of independent cases, or what clustered ones are worth.
        margin: Largest loss to be tolerated, above 0.
        difference: The true difference; 0 is "no different".
        alpha: One-sided error rate.
        clusters: How many clusters the cases come in, for Student's t; None where each stands for itself.

    Source:
        J.-P. Liu, H.-M. Hsueh, E. Hsieh and J. J. Chen, "Tests for equivalence or non-inferiority for paired binary
        data", Statistics in Medicine 21 (2002), 231-245.
    """
    _require_share_of_flips(discordant_rate)
    require_positive("the margin", margin)
    if abs(difference) > discordant_rate:
        raise ValueError(
            f"a difference of {difference} takes at least as large a share of flips, not {discordant_rate}"
        )
    truth = discordant_rate - difference**2
    if truth <= 0:
        return 1.0 if difference > -margin else 0.0
    gained, lost = (discordant_rate + difference) / 2, (discordant_rate - difference) / 2
    at_margin = tango_variance(gained, lost, 1.0, -margin)
    z = _z_alpha(alpha, sides=1) if clusters is None else t_quantile(1 - alpha, max(1, clusters - 1))
    reach = (difference + margin) * math.sqrt(n) - z * math.sqrt(at_margin)
    return normal_share(reach / math.sqrt(truth))


def cases_of_passes(discordant_rate: float, margin: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Independent cases with which ``power_of_passes`` reaches this power, when the candidate is no different."""
    require_probability("the power", power)
    low, high = 1, 2
    while power_of_passes(discordant_rate, high, margin, alpha=alpha) < power:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if power_of_passes(discordant_rate, middle, margin, alpha=alpha) < power:
            low = middle
        else:
            high = middle
    return high


def visible_margin(variance_of_difference: float, n: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest margin that ``n`` cases can hold a candidate to, when it is truly no different."""
    _require_variance(variance_of_difference)
    return _z_sum(alpha, power, sides=1) * math.sqrt(variance_of_difference / n) if n else math.inf


def best_repeats(between: float, within: float, *, case_cost: float, repeat_cost: float) -> int:
    """How many repeats of each case bring the error down most for the money, at least 1.

    Args:
        between: Variance of the cases' own means.
        within: Variance of repeats of one case.
        case_cost: What one more case costs beside its repeats (writing and labelling it), in any unit.
        repeat_cost: What one more repeat costs, in the same unit, above 0.

    Source:
        W. G. Cochran, "Sampling techniques", 3rd ed. (1977), section 10.6: two-stage sampling at the least cost.
    """
    require_positive("the cost of a repeat", repeat_cost)
    if between <= 0:
        return 1 if within <= 0 or case_cost <= 0 else max(1, round(case_cost / repeat_cost))
    return max(1, round(math.sqrt(within / between * case_cost / repeat_cost)))


def design_effect(cluster_size: float, correlation: float) -> float:
    """By what factor clusters of this size raise the variance: ``1 + (size - 1) * correlation``, at least 1.

    Source:
        L. Kish, "Survey sampling" (1965), section 5.4.
    """
    return max(1.0, 1 + (cluster_size - 1) * correlation)


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
