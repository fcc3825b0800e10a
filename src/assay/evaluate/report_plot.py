"""Where things lie on the axes of the report's plots, as percentages of the width. Pure.

Positions are relative so that a plot fits any width without its text shrinking.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assay.evaluate import wording
from assay.evaluate.summary import Comparison

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
_MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval with its value."""

    low: str
    value: str
    high: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis; the first and the last are aligned inwards."""

    at: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class DifferenceAxis:
    """The plot of a paired difference.

    Attributes:
        margin: Where the margin's line lies; None without a rule that compares.
    """

    bar: Bar
    zero: str
    margin: str | None
    ticks: tuple[Tick, ...]


RATE_TICKS = tuple(
    Tick(f"{at}%", f"{at}", anchor)
    for at, anchor in ((0, "start"), (25, "middle"), (50, "middle"), (75, "middle"), (100, "end"))
)


def rate_bar(value: float, low: float, high: float) -> Bar:
    """A rate on an axis from 0 to 100 %."""
    return Bar(_at(low), _at(value), _at(high))


def difference_axis(found: Comparison, *, margin: float | None) -> DifferenceAxis:
    """An axis with room for zero, the interval and the margin."""
    reach = [found.low, found.high, found.diff, 0.0, *([] if margin is None else [-margin])]
    span = max(max(reach) - min(reach), 0.02)
    start, end = min(reach) - 0.08 * span, max(reach) + 0.08 * span

    def at(share: float) -> str:
        return _at((share - start) / (end - start))

    return DifferenceAxis(
        bar=Bar(at(found.low), at(found.diff), at(found.high)),
        zero=at(0),
        margin=None if margin is None else at(-margin),
        ticks=tuple(
            Tick(at(share), wording.signed(share).removesuffix(".0"), "middle") for share in _round_shares(start, end)
        ),
    )


def round_steps(start: float, end: float) -> list[float]:
    """Round numbers between two ends, at most seven."""
    size = 10.0 ** math.floor(math.log10((end - start) / _MOST_TICKS)) if end > start else 1.0
    step = next(size * factor for factor in (1, 2, 5, 10) if (end - start) / (size * factor) <= _MOST_TICKS)
    return [step * i for i in range(math.ceil(start / step - 1e-9), math.floor(end / step + 1e-9) + 1)]


def _round_shares(start: float, end: float) -> Sequence[float]:
    step = next((s for s in _STEPS if (end - start) / s <= _MOST_TICKS), _STEPS[-1])
    first, last = -int(-start / step) if start < 0 else int(start / step) + 1, int(end / step)
    return [step * i for i in range(first, last + 1)]


def _at(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"
