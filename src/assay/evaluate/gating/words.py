"""The sentences of the gate's parts: what was found, how sure that is, and what would settle an open question.

Text alone; what is decided is ``part.py``.
"""

from dataclasses import dataclass

from assay.evaluate import wording
from assay.evaluate.gate_spec import is_measure

SHARES = ("pass", "valid")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a part is about, as its sentence begins.

    Attributes:
        metric: The metric.
        slice: ``TAG=VALUE``, or None for all cases.
        candidate: The one variant, or the candidate.
        baseline: The baseline; "" where there is none.
    """

    metric: str
    candidate: str
    baseline: str = ""
    slice: str | None = None

    @property
    def place(self) -> str:
        """``on score in topic=billing``, or nothing for the pass rate of all cases."""
        parts = [] if self.metric == "pass" else [f"on {self.metric}"]
        return " ".join(parts if self.slice is None else [*parts, f"in {self.slice}"])

    def begin(self, sentence: str) -> str:
        """The sentence with the place in front of it."""
        return f"{self.place[0].upper()}{self.place[1:]}, {sentence}" if self.place else sentence

    def within(self, sentence: str) -> str:
        """The same behind a word such as ``whether``."""
        return f"{self.place}, {sentence}" if self.place else sentence


def levels(level: float) -> str:
    """The level of an interval, and that of each of its bounds, which is the one that counts."""
    return f"{wording.level(level)} interval, each bound at {wording.level((1 + level) / 2)} confidence"


def difference(value: float, low: float, high: float, level: float) -> str:
    """``+2.0 points (−1.0 to 5.0; 90 % interval, each bound at 95 % confidence)``."""
    return f"{wording.points(value)} ({wording.signed(low)} to {wording.signed(high)}; {levels(level)})"


def margin(share: float) -> str:
    """``2 points``."""
    return f"{100 * share:.4g} points"


def times(ratio: float) -> str:
    """``1.04``; a bound that is not known is a dash."""
    return f"{ratio:.3g}" if 0 < ratio < 1e6 else wording.NOTHING


def ratio(value: float, low: float, high: float, level: float) -> str:
    """``1.04 times (0.99 to 1.09; 90 % interval, each bound at 95 % confidence)``."""
    return f"{times(value)} times ({times(low)} to {times(high)}; {levels(level)})"


def amount(metric: str, value: float) -> str:
    """A mean of that metric, as people read it."""
    if metric in SHARES:
        return wording.percent(value)
    if metric == "cost_usd":
        return f"${value:.3g}"
    if metric.endswith("_ms"):
        return wording.latency(value)
    return f"{value:,.0f}" if is_measure(metric) else f"{value:.3f}"


def mean(metric: str, bounds: tuple[float, float, float], level: float) -> str:
    """A mean with its bounds and their level."""
    value, low, high = bounds
    return f"{amount(metric, value)} ({amount(metric, low)} to {amount(metric, high)}; {levels(level)})"


def advice(more: int | None, repeats: int | None, *, close: str) -> str:
    """What would settle it: more cases, or more repeats of those that there are."""
    if not more:
        return close
    instead = f", or {wording.plural(repeats, 'repeat')} of each case" if repeats else ""
    return f"about {more:,} more cases would settle it{instead}"
