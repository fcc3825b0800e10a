"""From an interval to a decision: is the candidate good enough, and do we know?

Pure comparison of three numbers. Which interval is right, and whether the comparison is valid at
all, is settled before.

Levels: a gate that may pass a bad candidate with chance ``alpha`` compares one-sided bounds at
``1 - alpha``, which are the two ends of an interval at ``gate_level(alpha)``: 90 % for 5 %.
"""

from typing import Literal

from assay.stats.argument import require_positive, require_range

Decision = Literal["pass", "fail", "inconclusive"]
Remark = Literal["improved", "worse-inside-margin"]


def gate_level(alpha: float) -> float:
    """The two-sided level whose ends are one-sided bounds at ``1 - alpha``; alpha in (0, 0.5)."""
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha must be above 0 and below 0.5, not {alpha}")
    return 1 - 2 * alpha


def decide_non_inferior(low: float, high: float, margin: float) -> Decision:
    """Whether a candidate is not worse than the baseline by ``margin`` or more.

    Args:
        low: Lower bound of candidate - baseline.
        high: Upper bound of the same.
        margin: Largest loss to be tolerated, above 0.

    Returns:
        ``pass`` when a loss of the whole margin is ruled out (``low > -margin``); ``fail`` when the candidate
        is shown to be worse and such a loss is not ruled out (``high < 0``); else ``inconclusive``.
    """
    require_range(low, high)
    require_positive("the margin", margin)
    if low > -margin:
        return "pass"
    return "fail" if high < 0 else "inconclusive"


def remark(low: float, high: float, margin: float) -> Remark | None:
    """What a passed comparison should say besides: shown to be better, or shown to be slightly worse.

    ``improved``: the whole interval is above 0. ``worse-inside-margin``: the whole interval is below 0,
    yet above ``-margin``. None for all else, and for what did not pass.
    """
    if decide_non_inferior(low, high, margin) != "pass":
        return None
    if low > 0:
        return "improved"
    return "worse-inside-margin" if high < 0 else None


def decide_at_least(low: float, high: float, minimum: float) -> Decision:
    """Whether a value is at least ``minimum``: ``pass`` when the lower bound is, ``fail`` when the upper is not.

    A share that must stay small is the opposite share that must stay large: "at most 1 % leaks" is
    "at least 99 % without a leak".
    """
    require_range(low, high)
    if minimum != minimum:  # noqa: PLR0124  # only NaN differs from itself
        raise ValueError(f"the minimum must be a number, not {minimum}")
    if low >= minimum:
        return "pass"
    return "fail" if high < minimum else "inconclusive"
