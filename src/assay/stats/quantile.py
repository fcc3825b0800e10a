"""Quantiles of a sample, for latencies: the value that a share of all others stays below.

Exact, so it needs all values at once; hand over an ``array("d")`` to spend 8 bytes a value.
"""

from collections.abc import Iterable, Sequence


def quantile(values: Iterable[float], share: float) -> float | None:
    """One quantile; 0.5 is the median. None when there are no values.

    Raises:
        ValueError: The share lies outside [0, 1], or a value is not a number.
    """
    found = quantiles(values, (share,))
    return found[0] if found else None


def quantiles(values: Iterable[float], shares: Sequence[float]) -> tuple[float, ...] | None:
    """Several quantiles of the same values, sorted only once. None when there are no values.

    A quantile that falls between two values is taken on the straight line between them (type 7, the
    default of NumPy, R and spreadsheets): position ``(n - 1) * share`` of the sorted values, from 0.

    Raises:
        ValueError: A share lies outside [0, 1], or a value is not a number.

    Source:
        R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
        The American Statistician 50 (1996), 361-365.
    """
    for share in shares:
        if not 0 <= share <= 1:
            raise ValueError(f"the share of a quantile must be between 0 and 1, not {share}")
    ordered = sorted(values)
    if any(value != value for value in ordered):  # noqa: PLR0124  # only NaN differs from itself, and it can not be sorted
        raise ValueError("a quantile needs numbers, and one value is not a number")
    return tuple(_at(ordered, share) for share in shares) if ordered else None


def _at(ordered: Sequence[float], share: float) -> float:
    position = (len(ordered) - 1) * share
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    weight = position - below
    if ordered[below] == ordered[above] or weight == 0:
        return ordered[below]
    return ordered[below] * (1 - weight) + ordered[above] * weight
