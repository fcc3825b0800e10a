"""The gate in the report: an interval plot for each rule, the paired plot, the slices that it judges, and what to plan.

Positions are worked out here, as percentages of the width; the template only places them. Beside every figure stands a
sentence for a reader who knows no statistics.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assay.evaluate import wording
from assay.evaluate.gate_told import DIFFERENCES, is_corrected, metric_name
from assay.evaluate.gating.spread import assumed
from assay.evaluate.report_plot import Bar, Tick, round_steps
from assay.evaluate.report_text import one_line
from assay.evaluate.summary import Comparison, GatePart, Look, Policy, Summary, VariantSummary
from assay.evaluate.wording import NBSP

_ROOM = 0.08
_PLANNED = (0.5, 1.0, 2.0, 4.0)
SLICES_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlot:
    """One rule of the gate with its interval on an axis of its own.

    Attributes:
        mark: Sign, word and colour of the decision.
        title: What is measured, in words.
        sentence: The gate's own sentence.
        reading: How to read the plot, in a sentence.
        bar: The interval; None where there is none.
        zero: Where no difference lies; None off the axis.
        bound: Where what the bounds are held against lies.
        beyond: From where to where the rule is broken.
        facts: Number of cases, what they can see, the method.
        figures: The same as a table.
    """

    sign: str
    word: str
    colour: str
    title: str
    sentence: str
    reading: str
    value: str
    interval: str
    bar: Bar | None
    zero: str | None
    bound: str | None
    beyond: tuple[str, str] | None
    ticks: tuple[Tick, ...]
    unit: str
    facts: str
    figures: list[tuple[str, str]]
    advisory: bool
    powered: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the four kinds of cases: its share of the strip, and how many there are."""

    kind: str
    label: str
    count: str
    width: str


@dataclass(frozen=True, slots=True)
class PairedPlot:
    """What became of each case under the two variants."""

    pieces: list[Piece]
    sentence: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A size of the suite, and what it could see."""

    cases: str
    visible: str
    word: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class PlanTable:
    """What this suite can see, and what other sizes could."""

    rows: list[PlanRow]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """All of it. Lists are empty, and parts None, where there is nothing to show."""

    parts: list[PartPlot]
    slices: list[PartPlot]
    more_slices: int
    paired: PairedPlot | None
    planning: PlanTable | None
    notes: list[str]


def gate_view(run: Summary) -> GateView:
    """What the report shows of the run's gate."""
    figured = [part for part in run.gate if part.value is not None and part.low is not None]
    slices = [part for part in run.gate if part.rule == "slices" and part.slice is not None]
    return GateView(
        parts=[_plot(part, run) for part in figured if part.rule != "slices"],
        slices=[_plot(part, run) for part in slices[:SLICES_AT_ONCE]],
        more_slices=max(0, len(slices) - SLICES_AT_ONCE),
        paired=None if run.comparison is None else _paired(run.comparison, run),
        planning=_planning(run.gate, run),
        notes=_notes(run.look, run.policy),
    )


def _plot(part: GatePart, run: Summary) -> PartPlot:
    sign, word = wording.STANDING_WORDS[part.decision]
    powered = part.remark != "not-powered"
    kind = _Kind(part)
    low, high = part.low, part.high
    axis = _Axis(part, kind) if low is not None and high is not None else None
    interval = "" if low is None or high is None else f"{kind.bare(low)}{NBSP}to{NBSP}{kind.bare(high)}"
    value = "" if part.value is None else kind.text(part.value)
    return PartPlot(
        sign=sign,
        word=word if powered else "Not powered",
        colour=part.decision if powered else "unpowered",
        title=_title(part, run),
        sentence=one_line(part.sentence, 2_000),
        reading=kind.reading,
        value=value,
        interval=interval,
        bar=None if axis is None or part.value is None else Bar(axis.at(low), axis.at(part.value), axis.at(high)),
        zero=None if axis is None or kind.neutral is None else axis.inside(kind.neutral),
        bound=None if axis is None or part.bound is None else axis.inside(part.bound),
        beyond=None if axis is None else axis.beyond(),
        ticks=() if axis is None else axis.ticks(),
        unit=kind.unit,
        facts=_facts(part, kind),
        figures=_figures(part, kind, value, interval),
        advisory=part.advisory,
        powered=powered,
    )


class _Kind:
    """How the figures of a part are written, and how its plot is read."""

    def __init__(self, part: GatePart) -> None:
        self._part = part
        self.is_ratio = part.unit == "ratio"
        self.is_difference = part.rule in DIFFERENCES and not self.is_ratio
        self.is_limit = part.rule == "never" or part.rule.endswith("at_most")
        self.is_share = part.unit in ("share", "score")

    @property
    def neutral(self) -> float | None:
        """Where nothing differs: 0 of a difference, 1 of a ratio; a rate has no such place."""
        if self.is_difference:
            return 0.0
        return 1.0 if self.is_ratio else None

    @property
    def unit(self) -> str:
        """What the numbers of the axis are in."""
        if self.is_ratio:
            return "times"
        if not self.is_share:
            return ""
        return "points" if self.is_difference else "percent"

    def text(self, value: float) -> str:
        """A figure with its unit."""
        if self.is_ratio:
            return f"{value:.3g}{NBSP}×"
        if not self.is_share:
            return f"{value:,.4g}"
        return wording.points(value) if self.is_difference else wording.percent(value)

    def bare(self, value: float) -> str:
        """A figure without its unit, which stands beside it."""
        if self.is_difference and self.is_share:
            return wording.signed(value)
        return self.text(value).removesuffix(f"{NBSP}%").removesuffix(f"{NBSP}×")

    def tick(self, value: float) -> str:
        """A figure as the axis has it."""
        if self.is_ratio or not self.is_share:
            return f"{value:.4g}"
        return wording.signed(value).removesuffix(".0") if self.is_difference else f"{100 * value:.4g}"

    @property
    def reading(self) -> str:
        """How to read the plot."""
        part, bound = self._part, self._part.bound
        seen = "The dot is what was seen, the line is where the truth probably lies."
        if is_corrected(part):
            seen = "The dot makes up for the judge's errors, the line is where the truth probably lies."
        if bound is None:
            return seen
        edge = self.text(abs(bound)).removeprefix("+")
        if part.rule == "metric within" and self.is_difference:
            return f"{seen} It has to lie within {edge} of zero, either way."
        if self.is_difference:
            return f"{seen} A loss of {edge} (the dashed mark) is ruled out when the whole line is to the right of it."
        if self.is_ratio:
            return f"{seen} 1 is “the same”. The whole line has to be to the left of {edge} (the dashed mark)."
        if self.is_limit:
            return f"{seen} The whole line has to be to the left of {edge}, the most that is allowed (the dashed mark)."
        return f"{seen} The whole line has to be to the right of {edge}, the least that is asked for (the dashed mark)."


class _Axis:
    """An axis with room for the interval, the bound and the place of no difference."""

    def __init__(self, part: GatePart, kind: _Kind) -> None:
        reach = [v for v in (part.low, part.high, part.value, part.bound, kind.neutral) if v is not None]
        finite = [value for value in reach if math.isfinite(value)] or [0.0, 1.0]
        span = max(max(finite) - min(finite), 0.02 if kind.is_share else 1e-9)
        self._start, self._end = min(finite) - _ROOM * span, max(finite) + _ROOM * span
        if kind.is_share and not kind.is_difference:
            self._start, self._end = max(0.0, self._start), min(1.0, self._end)
        self._part, self._kind = part, kind

    def at(self, value: float | None) -> str:
        """Where a value lies; beyond the ends, at them."""
        share = 0.0 if value is None else (value - self._start) / (self._end - self._start)
        return f"{100 * min(max(share, 0.0), 1.0):.2f}%"

    def inside(self, value: float) -> str | None:
        """Where it lies; None off the axis."""
        return self.at(value) if self._start <= value <= self._end else None

    def beyond(self) -> tuple[str, str] | None:
        """From where to where the rule is broken, as a start and a width."""
        bound = self._part.bound
        if bound is None:
            return None
        edge = min(max((bound - self._start) / (self._end - self._start), 0.0), 1.0)
        if self._kind.is_limit or self._kind.is_ratio:
            return f"{100 * edge:.2f}%", f"{100 * (1 - edge):.2f}%"
        return "0%", f"{100 * edge:.2f}%"

    def ticks(self) -> tuple[Tick, ...]:
        """Round numbers along it."""
        return tuple(Tick(self.at(v), self._kind.tick(v), "middle") for v in round_steps(self._start, self._end))


def _title(part: GatePart, run: Summary) -> str:
    metric = metric_name(part)
    metric = metric[:1].upper() + metric[1:]
    if part.slice is not None:
        return one_line(part.slice, 80) if part.metric == "pass" else f"{one_line(part.slice, 80)}: {metric.lower()}"
    if run.comparison is not None and part.rule in (*DIFFERENCES, "metric ratio"):
        joined = "over" if part.unit == "ratio" else "less"
        return f"{metric}: {one_line(run.comparison.candidate, 40)} {joined} {one_line(run.comparison.baseline, 40)}"
    if part.variant is not None:
        return f"{metric} of {one_line(part.variant, 60)}"
    return metric


def _facts(part: GatePart, kind: _Kind) -> str:
    cases = wording.plural(part.n, "case")
    if part.clusters and part.clusters != part.n:
        cases += f" in {wording.plural(part.clusters, 'cluster')}"
    said = [cases]
    if part.visible is not None and kind.is_difference:
        said.append(f"can see a difference of {100 * part.visible:.3g}{NBSP}points or more, four times in five")
    elif part.visible is not None and kind.is_ratio:
        said.append(f"can see a ratio of {part.visible:.3g} or more, four times in five")
    if part.cases_needed:
        does = "let it be judged" if part.remark == "not-powered" else "settle it"
        said.append(f"about {part.cases_needed:,} more would {does}")
    return "; ".join(said)


def _figures(part: GatePart, kind: _Kind, value: str, interval: str) -> list[tuple[str, str]]:
    level = "" if part.level is None else f"{wording.level(part.level)} interval"
    rows = [("Seen", value), (level or "Interval", interval)]
    if part.bound is not None:
        rows.append(("Held against", kind.text(part.bound)))
    if part.level is not None:
        rows.append(("Each bound holds at", wording.level((1 + part.level) / 2)))
    return [*rows, ("Cases", f"{part.n:,}"), ("Clusters", f"{part.clusters:,}"), ("Method", part.method)]


def _paired(found: Comparison, run: Summary) -> PairedPlot | None:
    """The four kinds of cases; only where each was run once, since repeats of one case may be of several kinds."""
    candidate = next((v for v in run.variants if v.name == found.candidate), None)
    if found.n == 0 or candidate is None or run.repeats != 1 or not _whole(candidate, found):
        return None
    both = max(0, candidate.passed - found.gained)
    neither = max(0, found.n - both - found.gained - found.lost)
    new, old = one_line(found.candidate, 40), one_line(found.baseline, 40)
    kinds = [
        ("both", "Both pass", both),
        ("lost", f"Lost: only {old} passes", found.lost),
        ("gained", f"Gained: only {new} passes", found.gained),
        ("neither", "Neither passes", neither),
    ]
    pieces = [Piece(kind, label, f"{n:,}", f"{100 * n / found.n:.2f}%") for kind, label, n in kinds]
    flips = found.gained + found.lost
    sentence = (
        f"{flips:,} of {wording.plural(found.n, 'case')} came out otherwise under the two variants: {found.gained:,} "
        f"gained, {found.lost:,} lost. Only these say which variant is better; on the other {found.n - flips:,} the "
        "two agree."
    )
    return PairedPlot(pieces, sentence)


def _whole(variant: VariantSummary, found: Comparison) -> bool:
    return variant.n == found.n


def _planning(parts: Sequence[GatePart], run: Summary) -> PlanTable | None:
    """What other sizes of the suite could see, from how much the comparison of this run varied."""
    part = next((p for p in parts if p.rule == "compare"), None)
    if part is None or not part.visible or not part.bound or part.n < 2:
        return None
    margin, visible = abs(part.bound), part.visible
    found = run.comparison
    lone = found is not None and part.clusters == part.n and run.repeats == 1
    spread = assumed("pass", (found.gained + found.lost + 1) / (part.n + 2)) if found is not None and lone else None
    alpha = (1 - (part.level or 0.9)) / 2
    needed = spread.needed(1, margin, alpha=alpha) if spread else math.ceil(part.n * (visible / margin) ** 2)
    sizes = sorted({round(part.n * factor) for factor in _PLANNED} | {needed})
    rows = []
    for n in sizes:
        sees = spread.visible(n, 1, alpha=alpha) if spread else visible * math.sqrt(part.n / n)
        word = f"enough for {100 * margin:.3g}{NBSP}points" if sees <= margin * 1.001 else ""
        rows.append(PlanRow(f"{n:,}", f"{100 * sees:.3g}{NBSP}points", word, n == part.n))
    if needed <= part.n:
        said = f"There are enough cases for the margin of {100 * margin:.3g}{NBSP}points."
    else:
        said = f"The margin of {100 * margin:.3g}{NBSP}points takes about {needed:,} cases, {needed - part.n:,} more."
    sentence = (
        f"The smallest loss that a suite of each size could rule out, four times in five, when the variants do not "
        f"differ; from how much this run varied. {said}"
    )
    return PlanTable(rows, sentence)


def _notes(look: Look | None, policy: Policy | None) -> list[str]:
    notes = []
    if look is not None and (look.stages > 1 or look.number > 1):
        planned = (
            f"look {look.stage} of {look.stages} by the plan {look.plan}" if look.stages > 1 else "no plan of looks"
        )
        notes.append(
            f"This is look number {look.number} at these two versions ({planned}); each of its bounds may be wrong "
            f"with a chance of {100 * look.alpha:.3g}{NBSP}%."
        )
    if policy is not None:
        means = {
            "block": "“inconclusive” blocks the change",
            "approval": "“inconclusive” needs an approval with a reason",
            "canary": "“inconclusive” is allowed, with a canary",
        }
        said = means.get(policy.inconclusive)
        if said is not None:
            notes.append(f"The suite's risk is {policy.risk}: {said}.")
    return notes
