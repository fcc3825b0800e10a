"""A run's rows counted for its gate: which series the rules need, their moments, and the parts that follow.

Rows come in plan order. A gate that concludes nothing from the cases on others counts nothing here.
"""

from collections.abc import Callable, Mapping, Sequence

from assay.evaluate.gate_spec import CompareRule, GateSpec, MetricRule, NeverRule, is_measure
from assay.evaluate.gating.arm import Arm
from assay.evaluate.gating.case_column import Block, CaseColumns, Column
from assay.evaluate.gating.cell import Cell
from assay.evaluate.gating.group import ALL, Groups, Series
from assay.evaluate.gating.metric import Read, never_failed, reader
from assay.evaluate.gating.part import (
    Estimate,
    Question,
    below_ratio,
    known_enough,
    mean_holds,
    never_happens,
    no_different,
    not_worse,
    of_other_times,
    passes_enough,
)
from assay.evaluate.gating.slice import slice_parts
from assay.evaluate.gating.words import About
from assay.evaluate.summary import GatePart
from assay.evaluate.types import SampleRow, VariantLabel
from assay.stats.correction import JudgeCounts

_NEVER = "never:"
"""Before a grader's name: the column of whether it failed, which is no metric of its own."""

PASSED = "pass"


class GateTally:
    """The cases of a run, counted for its gate.

    Args:
        spec: The gate.
        variants: The run's variants.
        repeats: How often each case is run.
        planned: Variant -> how many samples there were to be; None where all are run.

    Attributes:
        arms: Variant -> its samples.
        repeats: How often each case is run.
        watch: Is given every block of cases as well; None is nobody.
    """

    def __init__(
        self,
        spec: GateSpec,
        variants: Sequence[VariantLabel],
        *,
        repeats: int,
        planned: Mapping[str, int] | None = None,
    ) -> None:
        self.spec = spec
        self.arms = {label.name: Arm(label, (planned or {}).get(label.name)) for label in variants}
        last = variants[-1].name if variants else ""
        self._named = spec.compare.candidate if spec.compare is not None else last
        self._columns: list[Column] = []
        self._series: list[Series] = []
        self._demand()
        # By the rule of cases, a case is one pass or failure, whatever its repeats were.
        self._groups = Groups(self._series, repeats=repeats if spec.cases is None else 1)
        tags = spec.slices.tags if spec.slices is not None else ()
        readers = {column: self._reader(column) for column in self._columns}
        self.cases = CaseColumns(readers, repeats=repeats, rule=spec.cases, tags=tags, take=self.add_block)
        self.repeats = repeats
        self.watch: Callable[[Block], None] | None = None
        self._finished = False

    def add(self, row: SampleRow) -> None:
        """Take in one row."""
        self.arms[row.variant].add(row)
        if self._series:
            self.cases.add(row)

    def add_block(self, block: Block) -> None:
        """Take in cases that have been reduced already; their columns are those of ``columns``."""
        self._groups.add(block)
        if self.watch is not None:
            self.watch(block)

    @property
    def columns(self) -> list[Column]:
        """What a block has to hold, in this order."""
        return list(self._columns)

    @property
    def duplicates(self) -> int:
        """Rows that stand twice; once all rows are in."""
        self._finish()
        return self.cases.duplicates

    @property
    def total(self) -> int:
        """Cases of which there is any row; once all rows are in."""
        self._finish()
        return self.cases.total

    @property
    def incomplete(self) -> int:
        """Cases that lack a sample of a variant; once all rows are in."""
        self._finish()
        return self.cases.incomplete

    def parts(
        self,
        *,
        alpha: float,
        estimates: Mapping[tuple[str, str], Estimate] | None = None,
        errors: Mapping[str, JudgeCounts] | None = None,
        advisory: frozenset[str] = frozenset(),
    ) -> list[GatePart]:
        """What every rule came to.

        Args:
            alpha: The one-sided error rate that this look may spend.
            estimates: (metric, variant, or "" for the pair, or ``slice``) -> the interval to use in place of the one
                that fits, for a corrected judge.
            errors: Metric of a judge's grader -> how the judge errs.
            advisory: Metrics of which a rule counts only with an estimate of its own.
        """
        self._finish()
        ask = _Asking(
            self._named, self.spec.compare, alpha, estimates=estimates or {}, errors=errors or {}, advisory=advisory
        )
        parts: list[GatePart] = []
        if self.spec.compare is not None:
            cell = self._groups.cell(self._difference(PASSED))
            parts.append(not_worse(cell, self.spec.compare.margin, ask.of("compare", PASSED)))
        parts += [self._metric(rule, ask) for rule in self.spec.metrics]
        for name, minimum in self.spec.at_least.items():
            cell = self._groups.cell(self._value(Column(name, PASSED)))
            parts.append(passes_enough(cell, minimum, ask.of(f"at_least {name}", PASSED, variant=name)))
        parts += [self._never(rule, ask) for rule in self.spec.never]
        return parts + self._sliced(ask)

    @property
    def judges(self) -> dict[str, list[str]]:
        """Grader -> the digests of the judges that gave its verdicts, over all variants."""
        found: dict[str, list[str]] = {}
        for arm in self.arms.values():
            for grader, identities in arm.judges.items():
                known = found.setdefault(grader, [])
                known += [identity for identity in identities if identity not in known]
        return found

    def margins(self) -> list[tuple[str, float, Cell]]:
        """Every rule with a margin of shares or scores: its metric, the margin, and what is known; slices apart."""
        self._finish()
        found: list[tuple[str, float, Cell]] = []
        if self.spec.compare is not None:
            found.append((PASSED, self.spec.compare.margin, self._groups.cell(self._difference(PASSED))))
        for rule in self.spec.metrics:
            margin = rule.margin or rule.within
            if margin is not None and not is_measure(rule.metric):
                found.append((rule.metric, margin, self._groups.cell(self._of_rule(rule))))
        return found

    def _finish(self) -> None:
        if not self._finished:
            self._finished = True
            if self._series:
                self.cases.finish()

    def _demand(self) -> None:
        """Find every column and series that a rule needs, so that they are there before the first row."""
        spec = self.spec
        if spec.compare is not None:
            self._difference(PASSED)
        for rule in spec.metrics:
            self._of_rule(rule)
        for name in spec.at_least:
            self._value(Column(name, PASSED))
        for never in spec.never:
            self._value(self._never_column(never))
        for metric in spec.slices.metrics if spec.slices is not None else ():
            self._difference(metric)

    def _of_rule(self, rule: MetricRule) -> int:
        if not rule.is_relative:
            return self._value(Column(rule.variant or self._named, rule.metric))
        return self._log_ratio(rule.metric) if is_measure(rule.metric) else self._difference(rule.metric)

    def _difference(self, metric: str) -> int:
        return self._pair("difference", metric)

    def _log_ratio(self, metric: str) -> int:
        return self._pair("log-ratio", metric)

    def _pair(self, kind: str, metric: str) -> int:
        compare = self.spec.compare
        assert compare is not None  # the suite is refused otherwise
        columns = [self._column(Column(name, metric)) for name in (compare.candidate, compare.baseline)]
        return _place(self._series, Series(kind, *columns))

    def _value(self, column: Column) -> int:
        return _place(self._series, Series("value", self._column(column)))

    def _column(self, column: Column) -> int:
        return _place(self._columns, column)

    def _never_column(self, rule: NeverRule) -> Column:
        return Column(rule.variant or self._named, f"{_NEVER}{rule.grader}")

    def _reader(self, column: Column) -> Read:
        if column.metric.startswith(_NEVER):
            return never_failed(column.metric.removeprefix(_NEVER))
        return reader(column.metric, self.spec.missing)

    def _metric(self, rule: MetricRule, ask: "_Asking") -> GatePart:
        cell = self._groups.cell(self._of_rule(rule))
        part = self._judge(rule, cell, ask)
        if not is_measure(rule.metric):
            return part
        if rule.is_relative and rule.metric.endswith("_ms") and self._of_other_times():
            part = of_other_times(part)
        return known_enough(part, cell, self.spec.max_missing)

    def _of_other_times(self) -> bool:
        pair = self.spec.compare
        assert pair is not None  # the suite is refused otherwise
        return self.arms[pair.candidate].is_of_another_time(self.arms[pair.baseline])

    def _judge(self, rule: MetricRule, cell: Cell, ask: "_Asking") -> GatePart:
        if rule.margin is not None:
            return not_worse(cell, rule.margin, ask.of("metric margin", rule.metric))
        if rule.ratio is not None:
            return below_ratio(cell, rule.ratio, ask.of("metric ratio", rule.metric))
        if rule.within is not None:
            return no_different(cell, rule.within, ask.of("metric within", rule.metric))
        kind = "at_least" if rule.at_least is not None else "at_most"
        return mean_holds(cell, rule, ask.of(f"metric {kind}", rule.metric, variant=rule.variant or self._named))

    def _never(self, rule: NeverRule, ask: "_Asking") -> GatePart:
        column = self._never_column(rule)
        failed, n, left_out = self._groups.clusters_above_zero(self._value(column))
        question = ask.never(f"grader:{rule.grader}", column.variant)
        return never_happens(failed, n, left_out, rule.at_most, question)

    def _sliced(self, ask: "_Asking") -> list[GatePart]:
        rule = self.spec.slices
        if rule is None:
            return []
        names = list(self.cases.slices.numbers)
        cells = {metric: self._groups.cells(self._difference(metric))[ALL + 1 :] for metric in rule.metrics}
        return slice_parts(rule, names, cells, ask.of, crowded=sorted(self.cases.crowded))


class _Asking:
    """Makes the questions of one decision."""

    def __init__(
        self,
        named: str,
        compare: CompareRule | None,
        alpha: float,
        *,
        estimates: Mapping[tuple[str, str], Estimate],
        errors: Mapping[str, JudgeCounts],
        advisory: frozenset[str],
    ) -> None:
        self._named, self._compare, self._alpha = named, compare, alpha
        self._estimates, self._errors, self._advisory = estimates, errors, advisory

    def of(
        self, rule: str, metric: str, *, variant: str | None = None, slice_name: str | None = None, bounds: int = 1
    ) -> Question:
        """What is asked: of the pair, or of one variant; ``bounds`` is how many have to hold at once."""
        baseline = self._compare.baseline if self._compare is not None and variant is None else ""
        about = About(metric=metric, candidate=variant or self._named, baseline=baseline, slice=slice_name)
        estimate = self._estimates.get((metric, "slice" if slice_name is not None else variant or ""))
        return Question(
            rule=rule,
            about=about,
            alpha=self._alpha / bounds,
            estimate=estimate,
            advisory=metric in self._advisory and estimate is None,
        )

    def never(self, metric: str, variant: str) -> Question:
        """What a rule of zero tolerance asks; of a judge it counts where it is known how the judge errs."""
        errors = self._errors.get(metric)
        about = About(metric=metric, candidate=variant, baseline="", slice=None)
        advisory = metric in self._advisory and errors is None
        return Question(rule="never", about=about, alpha=self._alpha, errors=errors, advisory=advisory)


def _place(known: list, wanted: object) -> int:  # type: ignore[type-arg]  # of columns, or of series
    if wanted not in known:
        known.append(wanted)
    return known.index(wanted)
