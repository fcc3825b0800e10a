"""A gate that is watched while the run goes on: every rule is bet against, and the run ends once all are decided.

The bets keep the error rate however often they are looked at (``stats.sequence``), which intervals made for one look do
not. Cases must come in random order, cluster by cluster: the first cases of a file are seldom like the rest.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from assay.evaluate import wording
from assay.evaluate.gate_spec import CaseRule, GateSpec, is_measure
from assay.evaluate.gating.metric import Read, reader
from assay.evaluate.summary import GatePart
from assay.evaluate.types import Decision, SampleRow
from assay.stats.sequence import Against, Wealth

METHOD = "betting"
LEAST_CLUSTERS = 10
_BISECTIONS = 24


class CannotWatch(ValueError):
    """A gate with rules that cannot be watched; says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSpec:
    """How a run is watched.

    Attributes:
        seed: Of the order of the clusters.
        largest: The largest number of cases in a cluster.
    """

    seed: int
    largest: int


@dataclass(slots=True)
class _Rule:
    """One rule, with a bettor against each of its two answers.

    Attributes:
        rule: The part's rule.
        holds: Bets that the rule holds, and wins where it does.
        broken: Bets that it is broken.
        bound: What the mean is held against.
        totals: The clusters' sums so far, and ``sizes`` their sizes.
    """

    rule: str
    metric: str
    first: str
    second: str | None
    bound: float
    low: float
    holds: Wealth
    broken: Wealth
    totals: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    sum: float = 0.0
    size: int = 0

    def take(self, value: float) -> None:
        """Take in one case of the cluster under way; NaN says nothing."""
        if not math.isnan(value):
            self.sum += value
            self.size += 1

    def end_cluster(self) -> None:
        """Bet on the cluster that has come to its end."""
        if self.size:
            self.holds.add(self.sum, self.size)
            self.broken.add(self.sum, self.size)
            self.totals.append(self.sum)
            self.sizes.append(self.size)
        self.sum, self.size = 0.0, 0

    def decision(self, alpha: float) -> Decision:
        """What is known by now."""
        if len(self.totals) < LEAST_CLUSTERS:
            return "inconclusive"
        if self.holds.rejects(alpha):
            return "pass"
        return "fail" if self.broken.rejects(alpha) else "inconclusive"


class Watch:
    """The rules of a gate, watched.

    Args:
        spec: The gate.
        how: The order of the cases, and the largest cluster.
        variants: The suite's variants.
        repeats: How often each case is run.

    Raises:
        CannotWatch: The gate has rules other than margins and least rates.
    """

    def __init__(self, spec: GateSpec, how: WatchSpec, variants: Sequence[str], *, repeats: int) -> None:
        check_watchable(spec)
        self._spec, self._repeats, self._largest = spec, repeats, how.largest
        self._rules = list(self._make(variants[-1]))
        self._readers: dict[str, Read] = {rule.metric: reader(rule.metric, spec.missing) for rule in self._rules}
        self._wanted = {name for rule in self._rules for name in (rule.first, rule.second) if name}
        self._held: dict[str, list[SampleRow]] = {}
        self._case: str | None = None
        self._cluster: str | None = None
        self.cases = 0
        self.decided = False

    def add(self, row: SampleRow) -> bool:
        """Take in one row, in plan order; whether it counts: once all is decided, none does."""
        if not self.decided and row.case != self._case:
            self._begin(row)
        if self.decided:  # the cluster before this row has settled it
            return False
        if row.variant in self._wanted:
            self._held.setdefault(row.variant, []).append(row)
            if all(len(self._held.get(name, ())) == self._repeats for name in self._wanted):
                self._end_case()
        return True

    def finish(self) -> None:
        """Bet on the last cluster, once every row is in."""
        self._end_cluster()

    def parts(self, alpha: float) -> list[GatePart]:
        """What every rule came to, at the one-sided error rate that this look may spend."""
        return [self._part(rule, alpha) for rule in self._rules]

    def _make(self, last: str) -> "list[_Rule]":
        spec, found = self._spec, list[_Rule]()
        pair = spec.compare
        if pair is not None:
            found.append(self._margin("compare", "pass", pair.margin))
        for rule in spec.metrics:
            if rule.margin is not None:
                found.append(self._margin("metric margin", rule.metric, rule.margin))
            else:
                named = rule.variant or (pair.candidate if pair is not None else last)
                found.append(self._rate(f"metric at_least {named}", rule.metric, named, rule.at_least or 0.0))
        return found + [self._rate(f"at_least {name}", "pass", name, least) for name, least in spec.at_least.items()]

    def _margin(self, rule: str, metric: str, margin: float) -> _Rule:
        assert self._spec.compare is not None
        pair = self._spec.compare
        holds = self._wealth(-margin, "at-most", -1.0, 0.0)
        broken = self._wealth(0.0, "at-least", -1.0, -margin)
        return _Rule(rule, metric, pair.candidate, pair.baseline, -margin, -1.0, holds, broken)

    def _rate(self, rule: str, metric: str, variant: str, least: float) -> _Rule:
        holds = self._wealth(least, "at-most", 0.0, (1 + least) / 2)
        broken = self._wealth(least, "at-least", 0.0, least / 2)
        return _Rule(rule, metric, variant, None, least, 0.0, holds, broken)

    def _wealth(self, mean: float, against: Against, low: float, guess: float) -> Wealth:
        return Wealth(mean, against, low=low, high=1.0, largest=self._largest, guess=guess)

    def _begin(self, row: SampleRow) -> None:
        if row.cluster is None or row.cluster != self._cluster:
            self._end_cluster()
        self._held.clear()
        self._case, self._cluster = row.case, row.cluster

    def _end_case(self) -> None:
        self.cases += 1
        for rule in self._rules:
            value = self._value(rule.metric, rule.first)
            rule.take(value if rule.second is None else value - self._value(rule.metric, rule.second))
        self._held.clear()
        if self._cluster is None:
            self._end_cluster()

    def _end_cluster(self) -> None:
        for rule in self._rules:
            rule.end_cluster()
        decisions = [rule.decision(self._spec.alpha) for rule in self._rules]
        self.decided = "fail" in decisions or "inconclusive" not in decisions

    def _value(self, metric: str, variant: str) -> float:
        known = [v for v in (self._readers[metric](row) for row in self._held[variant]) if not math.isnan(v)]
        if not known:
            return math.nan
        return _of_case(known, self._spec.cases if metric == "pass" else None)

    def _part(self, rule: _Rule, alpha: float) -> GatePart:
        n = sum(rule.sizes)
        decision = rule.decision(alpha)
        mean = sum(rule.totals) / n if n else 0.0
        low, high = _bounds(rule, alpha, self._largest) if n else (rule.low, 1.0)
        return GatePart(
            rule=rule.rule,
            decision=decision,
            sentence=_sentence(rule, decision, (mean, low, high), n, alpha),
            metric=rule.metric,
            variant=rule.first if rule.second is None else None,
            method=METHOD,
            value=mean,
            low=low,
            high=high,
            level=1 - 2 * alpha,
            n=n,
            clusters=len(rule.totals),
            bound=rule.bound,
        )


def check_watchable(spec: GateSpec) -> None:
    """Refuse a gate with rules that cannot be watched.

    Raises:
        CannotWatch: It has such rules, or none at all.
    """
    odd = [
        name
        for name, there in (
            ("never", bool(spec.never)),
            ("slices", spec.slices is not None),
            ("looks", spec.looks is not None),
            ("calibrations", bool(spec.calibrations)),
            ("counted", spec.counted is not None),
            ("within, at_most and ratios in metrics", any(_is_other(rule) for rule in spec.metrics)),
        )
        if there
    ]
    if odd:
        raise CannotWatch(f"its rules include {' and '.join(odd)}, and such a rule is decided by all cases")
    if not (spec.compare or spec.at_least or spec.metrics):
        raise CannotWatch("it has no rule to decide by")


def _is_other(rule: object) -> bool:
    metric, margin, least = (getattr(rule, name) for name in ("metric", "margin", "at_least"))
    return is_measure(metric) or (margin is None and least is None)


def _of_case(known: list[float], rule: CaseRule | None) -> float:
    if rule is not None:
        return float(sum(known) >= rule.passes)
    return math.fsum(known) / len(known)


def _bounds(rule: _Rule, alpha: float, largest: int) -> tuple[float, float]:
    """The means that no bettor has ruled out at any time so far; each end may be wrong with a chance of ``alpha``."""
    mean = sum(rule.totals) / sum(rule.sizes)

    def end(edge: float, against: Against, guess: float) -> float:
        out, kept = edge, mean
        for _ in range(_BISECTIONS):
            middle = (out + kept) / 2
            wealth = Wealth(middle, against, low=rule.low, high=1.0, largest=largest, guess=guess)
            for total, size in zip(rule.totals, rule.sizes, strict=True):
                wealth.add(total, size)
            out, kept = (middle, kept) if wealth.rejects(alpha) else (out, middle)
        return out

    return end(rule.low, "at-most", rule.holds.guess), end(1.0, "at-least", rule.broken.guess)


def _sentence(rule: _Rule, decision: Decision, seen: tuple[float, float, float], n: int, alpha: float) -> str:
    mean, low, high = seen
    cases = f"{'All' if rule.metric == 'pass' else 'all'} {wording.plural(n, 'case')}"
    chance = f"each bound is wrong at most {100 * alpha:.3g} times in 100"
    how = f"after {wording.plural(n, 'case')}, watched all along; {chance}"
    if rule.second is not None:
        margin = f"{100 * -rule.bound:.4g} points"
        shown = f"{wording.points(mean)} ({wording.signed(low)} to {wording.signed(high)}) {how}"
        words = {
            "pass": f"{rule.first} is not worse than {rule.second} by {margin} or more",
            "fail": f"{rule.first} is worse than {rule.second}",
            "inconclusive": f"{cases} could not tell whether {rule.first} is worse than {rule.second} by {margin}",
        }
    else:
        least = wording.level(rule.bound)
        shown = f"{wording.interval(mean, low, high)} {how}"
        words = {
            "pass": f"{rule.first} reaches {least}",
            "fail": f"{rule.first} stays below {least}",
            "inconclusive": f"{cases} could not tell whether {rule.first} reaches {least}",
        }
    about = "" if rule.metric == "pass" else f"{rule.metric}: "
    return f"{about}{words[decision]}: {shown}."
