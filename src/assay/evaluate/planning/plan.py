"""The plan of a suite: what it can see as it is, what its margins take, and what each size costs. Pure.

Where the numbers come from is ``evidence.py``; how they are printed, the command's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from assay.evaluate.gate_spec import GateSpec, is_measure
from assay.evaluate.gating.spread import Spread, assumed
from assay.evaluate.planning.idle import Idle
from assay.evaluate.planning.usage import Takes
from assay.stats.power import best_repeats, rate_cases
from assay.stats.proportion import zero_failures_needed

_SIZES = (0.5, 2.0, 4.0)
_REPEATS = (1, 2, 4)
_SHOWN_IDLE = 20
_ROUND_TO = 10


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One margin of the gate, and whether the suite can see it.

    Attributes:
        metric: The metric.
        margin: The loss that would matter.
        visible: The smallest margin that the suite can hold a candidate to, four times in five.
        power: The chance that a candidate that is no different passes.
        needed: Cases with which that is 80 %, at the suite's repeats.
        flips: The share of cases that flip, where that is what varies.
        enough: Whether there are so many cases.
    """

    metric: str
    margin: float
    visible: float
    power: float
    needed: int
    flips: float | None
    enough: bool


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """One size that the suite might have.

    Attributes:
        cases: Cases.
        repeats: Repeats of each.
        samples: Samples of all variants.
        visible: The smallest margin it can see, of the metric that is hardest to see.
        power: The chance that a candidate that is no different passes all margins' hardest one.
        cost_usd: What it costs; None is unknown.
        time_s: How long it takes; None is unknown.
        is_now: Whether it is the suite as it is.
    """

    cases: int
    repeats: int
    samples: int
    visible: float
    power: float
    cost_usd: str | None
    time_s: float | None
    is_now: bool


class Never(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of zero tolerance, and how many cases without a failure it takes."""

    grader: str
    at_most: float
    needed: int
    enough: bool


class SliceSize(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of the gate's slices, and whether the smallest slice can see their margin.

    Attributes:
        tags: The tags whose values are the slices.
        metric: The metric.
        margin: The loss that would matter in a slice.
        slices: How many slices there are.
        smallest: The smallest one, such as ``topic=billing``.
        cases: How many cases it has.
        needed: How many it takes, as all slices are held to the margin at once.
        enough: Whether it has so many.
        counts: Whether a slice with too few keeps the gate from passing.
    """

    tags: list[str]
    metric: str
    margin: float
    slices: int
    smallest: str
    cases: int
    needed: int
    enough: bool
    counts: bool


class LeastRate(msgspec.Struct, frozen=True, kw_only=True):
    """A least pass rate, and how many cases it takes to show it.

    Attributes:
        variant: Whose.
        minimum: The rate that must be reached.
        rate: The true rate that is planned for: the last run's, or half way between the least and all.
        seen: Whether that rate is a run's.
        needed: Cases that show it four times in five; None where the rate is no higher than the least.
        enough: Whether there are so many.
    """

    variant: str
    minimum: float
    rate: float
    seen: bool
    needed: int | None
    enough: bool


class Least(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases add least.

    Attributes:
        runs: Runs that were looked at.
        cases: Cases in them.
        always_pass: How many passed every time; ``never_pass`` how many never did.
        some: The first of them.
        crowded: Clusters of several cases that all came out alike, with how many.
    """

    runs: int
    cases: int
    always_pass: int
    never_pass: int
    some: list[str]
    crowded: list[tuple[str, int]]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to know of a suite before it is run. The keys are a public format.

    Attributes:
        suite: Its name.
        source: Where the spread comes from, in words.
        cases: Cases that it has.
        repeats: Repeats of each.
        variants: How many variants.
        alpha: The gate's one-sided error rate.
        margins: Each margin of the gate.
        never: Each rule of zero tolerance.
        rates: Each least pass rate.
        slices: Each metric of the rule of the slices.
        unplanned: Rules of ``metrics`` that the plan says nothing of, such as ``ratio of cost_usd``.
        sizes: Sizes that it might have, with what they see and take.
        best_repeats: Repeats of each case that bring most for the money, if cases may be added; None if unknown.
        least: Which cases add least; None without past runs.
    """

    suite: str
    source: str
    cases: int
    repeats: int
    variants: int
    alpha: float
    margins: list[Seen]
    never: list[Never]
    rates: list[LeastRate]
    sizes: list[Size]
    best_repeats: int | None
    least: Least | None
    slices: list[SliceSize] = []
    unplanned: list[str] = []

    @property
    def enough(self) -> bool:
        """Whether there are enough cases for every rule that the plan speaks of."""
        told = [one.enough for one in self.margins] + [one.enough for one in self.never]
        told += [one.enough for one in self.rates] + [one.enough or not one.counts for one in self.slices]
        return all(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a plan is made from.

    Attributes:
        suite: The suite's name.
        gate: Its gate.
        cases: How many cases it has.
        repeats: How often each is run.
        source: Where the spreads come from, in words.
        spreads: Each margin with its metric's spread.
        takes: What samples take.
        concurrency: Calls under way at once.
        idle: What came of each case in past runs.
        rates: Variant -> its pass rate in the last run.
        tags: Tag -> value -> cases.
    """

    suite: str
    gate: GateSpec
    cases: int
    repeats: int
    source: str
    spreads: Sequence[tuple[float, Spread]]
    takes: Takes
    concurrency: int
    idle: Idle | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def make_plan(given: Given) -> Plan:
    """The plan that follows from what is known."""
    alpha, cases, repeats, idle = given.gate.alpha, given.cases, given.repeats, given.idle
    margins = [_seen(margin, spread, cases, repeats, alpha) for margin, spread in given.spreads]
    hardest = max(given.spreads, key=lambda one: one[1].needed(repeats, one[0], alpha=alpha), default=None)
    within = [spread for _, spread in given.spreads if spread.within > 0]
    sizes = [] if hardest is None else [_size(given, hardest, n, k) for n, k in _pairs(given, hardest)]
    return Plan(
        suite=given.suite,
        source=given.source,
        cases=cases,
        repeats=repeats,
        variants=len(given.takes.targets),
        alpha=alpha,
        margins=margins,
        never=[_never(rule.grader, rule.at_most, cases, alpha) for rule in given.gate.never],
        rates=[_rate(name, least, given) for name, least in given.gate.at_least.items()],
        slices=_slices(given),
        unplanned=_unplanned(given.gate),
        sizes=sizes,
        best_repeats=best_repeats(within[0].between, within[0].within, case_cost=1, repeat_cost=1) if within else None,
        least=None if idle is None or not idle.runs else _least(idle),
    )


def _seen(margin: float, spread: Spread, cases: int, repeats: int, alpha: float) -> Seen:
    needed = spread.needed(repeats, margin, alpha=alpha)
    return Seen(
        metric=spread.metric,
        margin=margin,
        visible=_round(spread.visible(cases, repeats, alpha=alpha)),
        power=_round(spread.power(cases, repeats, margin, alpha=alpha)),
        needed=needed,
        flips=None if spread.flips is None else _round(spread.flips),
        enough=cases >= needed,
    )


def _never(grader: str, at_most: float, cases: int, alpha: float) -> Never:
    needed = zero_failures_needed(at_most, level=1 - alpha)
    return Never(grader=grader, at_most=at_most, needed=needed, enough=cases >= needed)


def _slices(given: Given) -> list[SliceSize]:
    rule = given.gate.slices
    values = (
        [] if rule is None else [(n, f"{t}={value}") for t in rule.tags for value, n in given.tags.get(t, {}).items()]
    )
    if rule is None or not values:
        return []
    cases, smallest = min(values)
    known = {spread.metric: spread for _, spread in given.spreads}
    found = []
    for metric in rule.metrics:
        spread = known.get(metric) or assumed(metric)
        needed = spread.needed(given.repeats, rule.margin, alpha=given.gate.alpha / (len(values) * len(rule.metrics)))
        found.append(
            SliceSize(
                tags=list(rule.tags),
                metric=metric,
                margin=rule.margin,
                slices=len(values),
                smallest=smallest,
                cases=cases,
                needed=needed,
                enough=cases >= needed,
                counts=rule.unpowered == "counts",
            )
        )
    return found


def _unplanned(gate: GateSpec) -> list[str]:
    """The rules of metrics that are no margins of shares or scores."""
    demands = ("ratio", "within", "at_least", "at_most")
    return [
        f"{demand} of {rule.metric}"
        for rule in gate.metrics
        for demand in demands
        if getattr(rule, demand) is not None and (demand != "within" or is_measure(rule.metric))
    ]


def _rate(variant: str, minimum: float, given: Given) -> LeastRate:
    seen = given.rates.get(variant)
    rate = (1 + minimum) / 2 if seen is None else seen
    needed = rate_cases(rate, minimum, alpha=given.gate.alpha) if 0 < minimum < rate else None
    enough = minimum == 0 or (needed is not None and given.cases >= needed)
    return LeastRate(
        variant=variant, minimum=minimum, rate=_round(rate), seen=seen is not None, needed=needed, enough=enough
    )


def _pairs(given: Given, hardest: tuple[float, Spread]) -> list[tuple[int, int]]:
    """Cases and repeats: as it is, smaller and larger, what its margin takes, and some with more repeats."""
    margin, spread = hardest
    cases, repeats = given.cases, given.repeats
    numbers = {_tidy(cases * factor) for factor in _SIZES}
    numbers |= {cases, _tidy(spread.needed(repeats, margin, alpha=given.gate.alpha))}
    pairs = {(number, repeats) for number in numbers} | {(cases, k) for k in _REPEATS if spread.within > 0}
    return sorted((pair for pair in pairs if pair[0] >= 2), key=lambda pair: (pair[1], pair[0]))


def _size(given: Given, hardest: tuple[float, Spread], cases: int, repeats: int) -> Size:
    margin, spread = hardest
    takes, alpha = given.takes, given.gate.alpha
    usd: Decimal | None = takes.usd(cases * repeats)
    seconds = takes.seconds(cases * repeats, given.concurrency)
    return Size(
        cases=cases,
        repeats=repeats,
        samples=cases * repeats * len(takes.targets),
        visible=_round(spread.visible(cases, repeats, alpha=alpha)),
        power=_round(spread.power(cases, repeats, margin, alpha=alpha)),
        cost_usd=None if usd is None else f"{usd:f}",
        time_s=None if seconds is None else round(seconds, 1),
        is_now=(cases, repeats) == (given.cases, given.repeats),
    )


def _least(idle: Idle) -> Least:
    always, never = idle.always_pass, idle.never_pass
    return Least(
        runs=idle.runs,
        cases=idle.cases,
        always_pass=len(always),
        never_pass=len(never),
        some=[*never[: _SHOWN_IDLE // 2], *always[: _SHOWN_IDLE // 2]],
        crowded=idle.crowded[:_SHOWN_IDLE],
    )


def _tidy(number: float) -> int:
    """A number of cases, rounded up so that nobody reads more into it than there is."""
    whole = int(number)
    return whole if whole < 50 else -(-whole // _ROUND_TO) * _ROUND_TO


def _round(value: float) -> float:
    return float(f"{value:.6g}")
