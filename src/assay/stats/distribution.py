"""Quantiles and tails of the normal, Student's t, beta and binomial distributions.

``scipy.special`` costs more CPU to import than ``assay --help`` may use in all (0.3 s), so it is imported inside the
functions that call it, at their first call. Wilson, Tango and McNemar never load it.
"""

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STANDARD_NORMAL = NormalDist()


def normal_quantile(probability: float) -> float:
    """The number that a standard normal variable stays below with this probability, in (0, 1)."""
    return _STANDARD_NORMAL.inv_cdf(probability)


def normal_share(value: float) -> float:
    """The probability that a standard normal variable stays below ``value``."""
    return _STANDARD_NORMAL.cdf(value)


def normal_shares(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """For each value the probability that a standard normal variable stays below it."""
    from scipy.special import ndtr  # noqa: PLC0415  # start-up cost, see the module's first lines

    found: NDArray[np.float64] = ndtr(values)
    return found


def two_sided_z(level: float) -> float:
    """Normal quantile of a two-sided level: 1.95996 for 0.95."""
    return normal_quantile((1 + level) / 2)


def t_quantile(probability: float, degrees_of_freedom: int) -> float:
    """The number that Student's t stays below with this probability, in (0, 1)."""
    from scipy.special import stdtrit  # noqa: PLC0415  # start-up cost, see the module's first lines

    return float(stdtrit(degrees_of_freedom, probability))


def t_tail(value: float, degrees_of_freedom: int) -> float:
    """The probability that Student's t exceeds ``value``."""
    from scipy.special import stdtr  # noqa: PLC0415  # start-up cost, see the module's first lines

    return float(stdtr(degrees_of_freedom, -value))


def noncentral_t_tail(value: float, degrees_of_freedom: int, shift: float) -> float:
    """The probability that a noncentral t variable exceeds ``value``; ``shift`` is its noncentrality.

    Where SciPy's series does not converge, far out in a tail, it is the normal probability.
    """
    from scipy.special import nctdtr  # noqa: PLC0415  # start-up cost, see the module's first lines

    below = float(nctdtr(degrees_of_freedom, shift, value))
    return normal_share(shift - value) if math.isnan(below) else min(1.0, max(0.0, 1 - below))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The number that a Beta(a, b) variable stays below with this probability, in (0, 1)."""
    from scipy.special import betaincinv  # noqa: PLC0415  # start-up cost, see the module's first lines

    return float(betaincinv(a, b, probability))


def fair_coin_tail(heads: int, tosses: int) -> tuple[float, float]:
    """P(X <= heads) and P(X = heads) for a fair coin, where ``heads`` is at most half of ``tosses``.

    Summed downwards from the largest term, all of one sign, so nothing cancels; it stops where a
    term no longer changes the sum.
    """
    log_ways = math.lgamma(tosses + 1) - math.lgamma(heads + 1) - math.lgamma(tosses - heads + 1)
    point = math.exp(log_ways - tosses * math.log(2))
    total, term = point, point
    for k in range(heads, 0, -1):
        term *= k / (tosses - k + 1)
        if total + term == total:
            break
        total += term
    return total, point
