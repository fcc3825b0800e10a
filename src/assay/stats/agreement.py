"""How well two or more raters agree, beyond what chance would give them.

    raw             the share of pairs that agree; flattering when one verdict is common
    cohen_kappa     two raters, chance from each rater's own habits; weights for ordered verdicts
    gwet_ac1        two raters, chance from how mixed the verdicts are; does not collapse when nearly all agree
    krippendorff    any number of raters, missing ratings, nominal to ratio data

Every one of them is computed from counts of pairs of verdicts, so its interval comes from drawing clusters of cases
and adding up their counts (BCa).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.stats.bootstrap import bca_bounds
from assay.stats.clusters import Floats, Indices, cluster_index
from assay.stats.interval import Interval

Weights = Literal["linear", "quadratic"]
Scale = Literal["nominal", "ordinal", "interval", "ratio"]
Rating = str | float | int | bool

RESAMPLES = 2_000
MOST_VALUES = 200

FromCounts = Callable[[Floats], Floats]
"""From counts of pairs of verdicts, shape (R, q, q), to the statistic, shape (R,)."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts of pairs of verdicts for each unit, shape (n, q, q), and how to make the statistic of their sum."""

    of_unit: Floats
    statistic: FromCounts
    n: int
    name: str


def raw_agreement(
    first: Sequence[Rating], second: Sequence[Rating], clusters: ArrayLike | None = None, **how: float
) -> Interval:
    """The share of cases on which two raters agree, with its interval; see ``cohen_kappa`` for the arguments."""
    tables, _ = _tables(first, second, None)
    return _with_interval(_Counts(tables, _raw, len(first), "raw-agreement"), clusters, **how)


def cohen_kappa(
    first: Sequence[Rating],
    second: Sequence[Rating],
    clusters: ArrayLike | None = None,
    *,
    weights: Weights | None = None,
    order: Sequence[Rating] | None = None,
    **how: float,
) -> Interval:
    """Cohen's kappa of two raters: 1 is full agreement, 0 is what their habits alone would give.

    Args:
        first: One rater's verdicts, length n.
        second: The other's of the same cases.
        clusters: The cluster of each case, shape (n,); None: each is one of its own.
        weights: How far-off verdicts count, for ordered ones; None: every disagreement counts alike.
        order: All verdicts there are, in order; without it those that occur, sorted.
        how: ``level`` of the interval, ``seed`` and ``resamples`` of the drawing.

    Returns:
        Not a number where both raters only ever gave one same verdict: chance would give that too.

    Source:
        J. Cohen, Educational and Psychological Measurement 20 (1960), 37-46; weights: Psychological Bulletin 70
        (1968), 213-220.
    """
    tables, values = _tables(first, second, order)
    apart = _apart(len(values), weights)
    name = "cohen-kappa" if weights is None else f"cohen-kappa-{weights}"

    def statistic(table: Floats) -> Floats:
        shares = _shares(table)
        expected = shares.sum(axis=2)[:, :, None] * shares.sum(axis=1)[:, None, :]
        return _one_less((apart * shares).sum(axis=(1, 2)), (apart * expected).sum(axis=(1, 2)))

    return _with_interval(_Counts(tables, statistic, len(first), name), clusters, **how)


def gwet_ac1(
    first: Sequence[Rating],
    second: Sequence[Rating],
    clusters: ArrayLike | None = None,
    *,
    order: Sequence[Rating] | None = None,
    **how: float,
) -> Interval:
    """Gwet's AC1 of two raters; see ``cohen_kappa`` for the arguments.

    Source:
        K. L. Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement",
        British Journal of Mathematical and Statistical Psychology 61 (2008), 29-48.
    """
    tables, values = _tables(first, second, order)

    def statistic(table: Floats) -> Floats:
        shares = _shares(table)
        common = (shares.sum(axis=2) + shares.sum(axis=1)) / 2
        chance = (common * (1 - common)).sum(axis=1) / max(1, len(values) - 1)
        agreed = np.trace(shares, axis1=1, axis2=2)
        return _one_less(1 - agreed, 1 - chance)

    return _with_interval(_Counts(tables, statistic, len(first), "gwet-ac1"), clusters, **how)


def krippendorff_alpha(
    ratings: Sequence[Sequence[Rating | None]],
    clusters: ArrayLike | None = None,
    *,
    scale: Scale = "nominal",
    order: Sequence[Rating] | None = None,
    **how: float,
) -> Interval:
    """Krippendorff's alpha of any number of raters.

    Args:
        ratings: One row for each rater, one place for each case; None where there is no rating.
        clusters: The cluster of each case, shape (n,); None: each is one of its own.
        scale: What a difference of two ratings means: other than equal (``nominal``), how many ratings lie between
            (``ordinal``), their distance (``interval``), their distance relative to their size (``ratio``).
        order: For ``nominal`` and ``ordinal``, all verdicts there are, in order; without it those that occur, sorted.
        how: ``level`` of the interval, ``seed`` and ``resamples`` of the drawing.

    Raises:
        ValueError: Interval or ratio data that are not numbers, or more than 200 different values.

    Source:
        K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011).
    """
    values = _values([rating for row in ratings for rating in row if rating is not None], order)
    numbers = _numbers(values, scale)
    n = len(ratings[0]) if ratings else 0
    units = np.zeros((n, len(values), len(values)))
    places = {value: place for place, value in enumerate(values)}
    for unit in range(n):
        given = [places[row[unit]] for row in ratings if row[unit] is not None]  # type: ignore[index]  # None is out
        if len(given) < 2:
            continue
        counts = np.bincount(given, minlength=len(values)).astype(np.float64)
        units[unit] = (np.outer(counts, counts) - np.diag(counts)) / (len(given) - 1)

    def statistic(table: Floats) -> Floats:
        totals = table.sum(axis=2)
        distance = _distance(scale, numbers, totals)
        paired = totals.sum(axis=1)
        expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
        seen = (table * distance).sum(axis=(1, 2)) * (paired - 1)
        return _one_less(seen, expected)

    usable = int((units.sum(axis=(1, 2)) > 0).sum())
    return _with_interval(_Counts(units, statistic, usable, f"krippendorff-{scale}"), clusters, **how)


def _tables(
    first: Sequence[Rating], second: Sequence[Rating], order: Sequence[Rating] | None
) -> tuple[Floats, list[Rating]]:
    if len(first) != len(second):
        raise ValueError(f"two raters must rate the same cases, not {len(first)} and {len(second)}")
    values = _values([*first, *second], order)
    places = {value: place for place, value in enumerate(values)}
    tables = np.zeros((len(first), len(values), len(values)))
    for unit, (a, b) in enumerate(zip(first, second, strict=True)):
        tables[unit, places[a], places[b]] = 1
    return tables, values


def _values(found: Sequence[Rating], order: Sequence[Rating] | None) -> list[Rating]:
    seen = set(found)
    if order is None:
        values = sorted(seen, key=lambda value: (isinstance(value, str), value))
    else:
        values = list(order)
        if odd := sorted(map(str, seen - set(values))):
            raise ValueError(f"the verdict {odd[0]!r} is not in the order that is given")
    if len(values) > MOST_VALUES:
        raise ValueError(f"agreement is counted for up to {MOST_VALUES} different values, not {len(values)}")
    return values


def _with_interval(
    counts: _Counts,
    clusters: ArrayLike | None,
    *,
    level: float = 0.95,
    seed: float = 0,
    resamples: float = RESAMPLES,
) -> Interval:
    n = len(counts.of_unit)
    index, groups = cluster_index(np.arange(n) if clusters is None else clusters, n)
    q = counts.of_unit.shape[1] if n else 0
    by_cluster = np.zeros((groups, q * q))
    np.add.at(by_cluster, index, counts.of_unit.reshape(n, q * q))
    if not n:
        return Interval(float("nan"), -1.0, 1.0, 0, level, counts.name)

    def statistic(drawn: Indices) -> Floats:
        times = np.zeros((len(drawn), groups))
        np.add.at(times, (np.arange(len(drawn))[:, None], drawn), 1.0)
        return counts.statistic((times @ by_cluster).reshape(len(drawn), q, q))

    value = float(counts.statistic(by_cluster.sum(axis=0).reshape(1, q, q))[0])
    if groups < 2 or not np.isfinite(value):
        return Interval(value, -1.0, 1.0, counts.n, level, counts.name)
    low, high = bca_bounds(statistic, groups, level=level, seed=int(seed), resamples=int(resamples))
    return Interval(value, min(low, value), max(high, value), counts.n, level, counts.name)


def _raw(table: Floats) -> Floats:
    found: Floats = np.trace(_shares(table), axis1=1, axis2=2)
    return found


def _shares(table: Floats) -> Floats:
    total = table.sum(axis=(1, 2), keepdims=True)
    found: Floats = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    return found


def _one_less(seen: Floats, expected: Floats) -> Floats:
    """``1 - seen / expected``: disagreement that was seen against what chance gives; not a number without any."""
    found: Floats = 1 - np.divide(seen, expected, out=np.full_like(seen, np.nan), where=expected > 1e-15)
    return found


def _apart(q: int, weights: Weights | None) -> Floats:
    steps = np.abs(np.arange(q)[:, None] - np.arange(q)[None, :]).astype(np.float64)
    if weights is None:
        return np.asarray(np.minimum(steps, 1.0))
    found: Floats = steps if weights == "linear" else steps**2
    return found


def _numbers(values: Sequence[Rating], scale: Scale) -> NDArray[np.float64]:
    if scale in {"nominal", "ordinal"}:
        return np.arange(len(values), dtype=np.float64)
    if any(isinstance(value, str) for value in values):
        raise ValueError(f"{scale} data must be numbers")
    return np.array([float(value) for value in values])


def _distance(scale: Scale, numbers: Floats, totals: Floats) -> Floats:
    """Squared distances of values, shape (R or 1, q, q); those of ordinal data depend on how often each occurs."""
    apart = numbers[:, None] - numbers[None, :]
    if scale == "nominal":
        return np.asarray(apart != 0, dtype=np.float64)[None]
    if scale == "interval":
        return np.asarray(apart**2)[None]
    if scale == "ratio":
        size = numbers[:, None] + numbers[None, :]
        relative = np.divide(apart, size, out=np.zeros_like(apart), where=size != 0)
        return np.asarray(relative**2)[None]
    middle = np.cumsum(totals, axis=1) - totals / 2
    found: Floats = (middle[:, :, None] - middle[:, None, :]) ** 2
    return found
