"""Counting a run as its rows come, in plan order, with memory that does not grow with the number of samples.

What does grow: a few bytes a sample for latency (quantiles are exact), named clusters, and distinct tag values.
Errors are counted in ``n`` and are never passes; a comparison uses the cases for which both variants have rows.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assay.evaluate.first_failure import input_of, why
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.summary import Comparison, Flip, GraderSummary, Rate, Slice, VariantSummary
from assay.evaluate.types import SampleRow, Spent, VariantLabel
from assay.stats.decision import gate_level
from assay.stats.paired import Pairs, mcnemar
from assay.stats.passes import Passes
from assay.stats.power import minimum_detectable_difference
from assay.stats.proportion import wilson
from assay.stats.quantile import quantiles

LEVEL = 0.95
MAX_FLIPS = 1_000
MAX_BOTH = 5
MAX_SLICES_PER_TAG = 200


def rate(successes: int, n: int) -> Rate:
    """A proportion with Wilson's interval at ``LEVEL``."""
    interval = wilson(successes, n, level=LEVEL)
    return Rate(value=interval.value, low=interval.low, high=interval.high, of=n)


@dataclass(slots=True)
class Total:
    """A sum that is unknown as soon as one of its parts is."""

    value: int | Decimal = 0
    known: bool = True

    def add(self, part: int | str | None) -> None:
        """Take in one part, text for money; None is unknown."""
        if part is None:
            self.known = False
        else:
            self.value += part if isinstance(part, int) else Decimal(part)


@dataclass(slots=True)
class _GraderTally:
    passed: int = 0
    errors: int = 0
    n: int = 0
    scores: float = 0.0


class GradingTally:
    """What graders and a simulated user spent."""

    def __init__(self) -> None:
        self._calls = 0
        self._input, self._output, self._cost = Total(), Total(), Total()

    def add(self, spent: Spent | None) -> None:
        """Take in what one sample took; None when it asked no model."""
        if spent is None:
            return
        self._calls += spent.calls
        self._input.add(spent.input_tokens)
        self._output.add(spent.output_tokens)
        self._cost.add(spent.cost_usd)

    def total(self) -> Spent | None:
        """The sums; None when no model was asked."""
        if not self._calls:
            return None
        return Spent(
            calls=self._calls,
            input_tokens=_whole(self._input),
            output_tokens=_whole(self._output),
            cost_usd=_money(self._cost),
        )


class VariantTally:
    """One variant's counts."""

    def __init__(self, label: VariantLabel, *, repeats: int) -> None:
        self.label = label
        self._repeats = repeats
        self.passes = Passes()
        self.statuses: Counter[str] = Counter()
        self.error_codes: Counter[str] = Counter()
        self.answered = 0
        self.valid_first = 0
        self.valid = 0
        self.tokens = {"input": Total(), "output": Total(), "cached": Total()}
        self.cost = Total()
        self.grading = GradingTally()
        self.latencies = array("f")
        self.graders: dict[str, _GraderTally] = {}
        self.slices: dict[str, dict[str, Passes]] = {}
        self.scores = 0.0

    def add(self, row: SampleRow) -> None:
        """Take in one row."""
        passed = row.status == "passed"
        cluster = row.cluster if row.cluster is not None or self._repeats == 1 else f"case {row.case}"
        self.passes.add(passed, cluster=cluster)
        self.statuses[row.status] += 1
        self.scores += row.score or 0.0
        if row.error is not None:
            self.error_codes[row.error["code"]] += 1
        self._add_answer(row)
        self.grading.add(row.grading)
        for tag, value in row.tags.items():
            values = self.slices.setdefault(tag, {})
            if value in values or len(values) < MAX_SLICES_PER_TAG:
                values.setdefault(value, Passes()).add(passed, cluster=cluster)
        for verdict in row.verdicts:
            tally = self.graders.setdefault(verdict.grader, _GraderTally())
            tally.n += 1
            tally.passed += bool(verdict.passed)
            tally.errors += verdict.error is not None
            tally.scores += verdict.score or 0.0

    def _add_answer(self, row: SampleRow) -> None:
        if row.output is None:
            return  # there was no reply: nothing was used, and nothing is known of its contract
        self.answered += 1
        self.valid_first += bool(row.valid_first)
        self.valid += bool(row.valid)
        self.tokens["input"].add(row.input_tokens)
        self.tokens["output"].add(row.output_tokens)
        self.tokens["cached"].add(row.cached_tokens)
        self.cost.add(row.cost_usd)
        if row.latency_ms is not None:
            self.latencies.append(row.latency_ms)

    def summary(self, *, planned: int | None = None) -> VariantSummary:
        """The variant's figures; ``planned`` is how many samples there were to be, where not all may have been run."""
        interval = self.passes.interval(level=LEVEL)
        n = self.passes.n
        times = quantiles(self.latencies, (0.5, 0.95))
        told = self.answered > 0 or n == 0  # where nothing was answered, nothing is known of what it cost
        return VariantSummary(
            name=self.label.name,
            prompt=self.label.prompt,
            version=self.label.version,
            digest=self.label.digest,
            model=self.label.model,
            n=n,
            passed=self.statuses["passed"],
            failed=self.statuses["failed"],
            errors=self.statuses["error"],
            pass_rate=interval.value,
            low=interval.low,
            high=interval.high,
            level=LEVEL,
            method=interval.method,
            mean_score=self.scores / n if n else None,
            valid_first=rate(self.valid_first, self.answered),
            valid=rate(self.valid, self.answered),
            input_tokens=_whole(self.tokens["input"]) if told else None,
            output_tokens=_whole(self.tokens["output"]) if told else None,
            cached_tokens=_whole(self.tokens["cached"]) if told else None,
            cost_usd=_money(self.cost) if told else None,
            latency_p50_ms=round(times[0], 1) if times else None,
            latency_p95_ms=round(times[1], 1) if times else None,
            graders=[_grader(name, tally) for name, tally in self.graders.items()],
            slices=self._slices(),
            error_codes=dict(sorted(self.error_codes.items())),
            missing=max(0, planned - n) if planned is not None else 0,
            grading=self.grading.total(),
        )

    def _slices(self) -> list[Slice]:
        found: list[Slice] = []
        for tag, values in sorted(self.slices.items()):
            for value, passes in sorted(values.items()):
                interval = passes.interval(level=LEVEL)
                share = Rate(value=interval.value, low=interval.low, high=interval.high, of=passes.n)
                found.append(Slice(tag=tag, value=value, passed=passes.passed, rate=share))
        return found


def _whole(total: Total) -> int | None:
    return int(total.value) if total.known else None


def _money(total: Total) -> str | None:
    return f"{Decimal(total.value):f}" if total.known else None


def _grader(name: str, tally: _GraderTally) -> GraderSummary:
    judged = tally.n - tally.errors
    return GraderSummary(
        grader=name,
        passed=tally.passed,
        errors=tally.errors,
        rate=rate(tally.passed, tally.n),
        mean_score=tally.scores / judged if judged else None,
    )


class CompareTally:
    """The pairs of two variants. Rows come in plan order, so only the case under way is held."""

    def __init__(self, rule: CompareRule, *, repeats: int, alpha: float) -> None:
        self._rule = rule
        self._repeats = repeats
        self._alpha = alpha
        self._held: dict[tuple[str, int], SampleRow] = {}
        self._case: dict[int, tuple[bool, bool]] = {}
        self.pairs = Pairs()
        self.flips: list[Flip] = []
        self.both_failed = 0
        self.both: list[tuple[SampleRow, SampleRow]] = []
        """The first pairs of which neither passed, the baseline's sample before the candidate's."""

    def add(self, row: SampleRow) -> None:
        """Take in one row of either variant; those of others are passed over."""
        if row.variant not in (self._rule.candidate, self._rule.baseline):
            return
        other = self._held.pop((row.case, row.repeat), None)
        if other is None:
            self._held[row.case, row.repeat] = row
            return
        candidate, baseline = (row, other) if row.variant == self._rule.candidate else (other, row)
        self._pair(baseline, candidate)

    def _pair(self, baseline: SampleRow, candidate: SampleRow) -> None:
        passed = (baseline.status == "passed", candidate.status == "passed")
        if passed[0] != passed[1] and len(self.flips) < MAX_FLIPS:
            self.flips.append(_flip(baseline, candidate))
        elif not any(passed):
            self.both_failed += 1
            if len(self.both) < MAX_BOTH:
                self.both.append((baseline, candidate))
        self._case[candidate.repeat] = passed
        if len(self._case) < self._repeats:
            return
        means = [sum(p[side] for p in self._case.values()) / self._repeats for side in (0, 1)]
        self.pairs.add(means[0], means[1], cluster=candidate.cluster)
        self._case.clear()

    def comparison(self) -> Comparison:
        """The paired difference."""
        interval = self.pairs.interval(level=gate_level(self._alpha))
        error = self.pairs.differences.summary().se_corrected
        return Comparison(
            candidate=self._rule.candidate,
            baseline=self._rule.baseline,
            n=self.pairs.n,
            clusters=self.pairs.clusters,
            diff=interval.value,
            low=interval.low,
            high=interval.high,
            level=interval.level,
            method=interval.method,
            p_value=mcnemar(self.pairs.gained, self.pairs.lost).p_mid if self.pairs.counts_suffice else None,
            gained=self.pairs.gained,
            lost=self.pairs.lost,
            flips=self.flips,
            smallest_visible=minimum_detectable_difference(error, alpha=self._alpha) if error else None,
            margin=self._rule.margin,
        )


def _flip(baseline: SampleRow, candidate: SampleRow) -> Flip:
    return Flip(
        case=candidate.case,
        change="gained" if candidate.status == "passed" else "lost",
        repeat=candidate.repeat,
        tags=candidate.tags,
        baseline=baseline.output,
        candidate=candidate.output,
        expected=candidate.expected,
        input=input_of(candidate),
        why=why(baseline if candidate.status == "passed" else candidate),
    )


class Tally:
    """All counts of a run; ``planned`` is how many samples of each variant there were to be."""

    def __init__(
        self,
        labels: Sequence[VariantLabel],
        *,
        repeats: int,
        gate: GateSpec | None,
        planned: Mapping[str, int] | None = None,
    ) -> None:
        self.variants = {label.name: VariantTally(label, repeats=repeats) for label in labels}
        rule = (gate.compare if gate is not None else None) or _default_rule(labels)
        alpha = gate.alpha if gate is not None else 0.05
        self.compare = CompareTally(rule, repeats=repeats, alpha=alpha) if rule is not None else None
        self.gate = GateTally(gate or GateSpec(), labels, repeats=repeats, planned=planned)

    def add(self, row: SampleRow) -> None:
        """Take in one row."""
        self.variants[row.variant].add(row)
        self.gate.add(row)
        if self.compare is not None:
            self.compare.add(row)


def _default_rule(variants: Sequence[VariantLabel]) -> CompareRule | None:
    """Where no rule compares, the last variant is shown against the first."""
    if len(variants) < 2:
        return None
    return CompareRule(candidate=variants[-1].name, baseline=variants[0].name, margin=0.0)
