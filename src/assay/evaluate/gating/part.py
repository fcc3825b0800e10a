"""From what is known of a metric to the gate's part: the decision, the figures it rests on, and the sentence.

One function a kind of rule. Which interval is held against what is docs/explanation/gates.md; how many cases would
settle an open question is always planned for a true difference of 0, never for the one that was seen.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from assay.evaluate import wording
from assay.evaluate.gate_spec import MetricRule, is_measure
from assay.evaluate.gating import words
from assay.evaluate.gating.cell import (
    FEW_CLUSTERS,
    Cell,
    difference_interval,
    open_interval,
    pass_interval,
    score_interval,
)
from assay.evaluate.gating.spread import Spread, spread_of
from assay.evaluate.gating.words import SHARES, About
from assay.evaluate.summary import GatePart, Unit
from assay.evaluate.types import Decision
from assay.stats.correction import JudgeCounts
from assay.stats.decision import decide_at_least, decide_non_inferior, gate_level, remark
from assay.stats.distribution import normal_quantile
from assay.stats.interval import Interval
from assay.stats.power import cases_for_margin, equivalence_cases, visible_margin
from assay.stats.proportion import clopper_pearson_lower, clopper_pearson_upper, wilson

POWER = 0.8
"""The chance with which a rule that holds is to be shown to hold; what is planned is planned for it."""

MOST_CASES = 1_000_000
MOST_REPEATS = 1_000

Estimate = Callable[[Cell, float], Interval]
"""An interval of a cell at a two-sided level; a calibrated judge brings its own, which is corrected for its errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a cell.

    Attributes:
        rule: The part's rule.
        about: What it is about.
        alpha: The one-sided error rate of each bound.
        estimate: The interval that is used; None is the one that fits the cell.
        errors: How the judge errs whose failures are counted.
        advisory: It is told, and does not count.
    """

    rule: str
    about: About
    alpha: float
    estimate: Estimate | None = None
    errors: JudgeCounts | None = None
    advisory: bool = False

    @property
    def level(self) -> float:
        """Two-sided level of the interval whose ends are the bounds."""
        return gate_level(self.alpha)

    def interval(self, cell: Cell, usual: Estimate) -> Interval:
        """The interval that counts."""
        return (self.estimate or usual)(cell, self.level)


def not_worse(cell: Cell, margin: float, ask: Question) -> GatePart:
    """Whether the candidate is not worse by the margin or more."""
    found = ask.interval(cell, lambda known, level: difference_interval(known, level=level))
    decision: Decision = decide_non_inferior(found.low, found.high, margin)
    kind = remark(found.low, found.high, margin)
    spread = spread_of(ask.about.metric, cell)
    is_open = decision == "inconclusive" and ask.estimate is None
    more, repeats = _more(cell, margin, ask, spread) if is_open else (None, None)
    candidate, baseline, least = ask.about.candidate, ask.about.baseline, words.margin(margin)
    seen = words.difference(found.value, found.low, found.high, found.level)
    if decision == "pass":
        said = {
            "improved": f"{candidate} is better than {baseline}",
            "worse-inside-margin": f"{candidate} is measurably worse than {baseline}, "
            f"but by less than the margin of {least}",
        }.get(kind or "", f"{candidate} is not worse than {baseline} by {least} or more")
        sentence = f"{ask.about.begin(said)}: {seen}."
    elif decision == "fail":
        sentence = f"{ask.about.begin(f'{candidate} is worse than {baseline}')}: {seen}."
    else:
        asked = ask.about.within(f"{candidate} is worse than {baseline} by {least}")
        close = "the difference lies close to the margin" if ask.estimate is None else _MORE_LABELS
        tail = words.advice(more, repeats, close=close)
        sentence = _open(cell, asked, seen, tail)
    visible = spread.visible(cell.n, cell.repeats, alpha=ask.alpha) if cell.n else None
    figures = _Figures(found, cell, bound=-margin, visible=visible)
    return figures.part(ask, decision, sentence, more=more, repeats=repeats, kind=kind)


def below_ratio(cell: Cell, limit: float, ask: Question) -> GatePart:
    """Whether candidate / baseline of a measure stays below the limit; the cell's numbers are logarithms."""
    found = ask.interval(cell, lambda known, level: open_interval(known, level=level))
    decision: Decision = "inconclusive"
    if found.high < math.log(limit):
        decision = "pass"
    elif found.low > min(0.0, math.log(limit)):
        decision = "fail"
    kind = None
    if decision == "pass":
        kind = "improved" if found.high < 0 else "worse-inside-margin" if found.low > 0 else None
    more = _more_cases(cell, math.log(limit), ask.alpha) if decision == "inconclusive" and limit > 1 else None
    close = "the ratio lies close to it"
    if decision == "pass" and _all_alike(cell, found):
        decision, kind, more, close = "inconclusive", None, None, _alike(cell)
    candidate, baseline, asked = ask.about.candidate, ask.about.baseline, f"{limit:.4g} times"
    seen = words.ratio(*_exp(found), found.level)
    if decision == "pass":
        sentence = f"{ask.about.begin(f'{candidate} stays below {asked} {baseline}')}: {seen}."
    elif decision == "fail":
        sentence = (
            f"{ask.about.begin(f'{candidate} takes more than {baseline} does')}: {seen}; below {asked} is wanted."
        )
    else:
        question = ask.about.within(f"{candidate} stays below {asked} {baseline}")
        sentence = _open(cell, question, seen, words.advice(more, None, close=close))
    visible = None if cell.n < 2 else math.exp(_visible(cell, ask.alpha) or 0.0)
    figures = _Figures(found, cell, bound=limit, visible=visible, unit="ratio")
    return figures.part(ask, decision, sentence, more=more, kind=kind)


def no_different(cell: Cell, limit: float, ask: Question) -> GatePart:
    """Whether the two differ by less than the limit either way: two one-sided tests; of a measure a ratio.

    Source:
        D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for assessing
        the equivalence of average bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15 (1987),
        657-680.
    """
    measured = is_measure(ask.about.metric)
    usual: Estimate = (
        (lambda known, level: open_interval(known, level=level))
        if measured
        else (lambda known, level: difference_interval(known, level=level))
    )
    found = ask.interval(cell, usual)
    most = math.log(limit) if measured else limit
    decision: Decision = "inconclusive"
    if -most < found.low and found.high < most:
        decision = "pass"
    elif found.low >= most or found.high <= -most:
        decision = "fail"
    is_open = decision == "inconclusive" and ask.estimate is None
    more = _more_cases(cell, most, ask.alpha, cases=equivalence_cases) if is_open else None
    close = "the difference lies close to it" if ask.estimate is None else _MORE_LABELS
    if measured and decision == "pass" and _all_alike(cell, found):
        decision, more, close = "inconclusive", None, _alike(cell)
    if measured:
        least, seen = f"a factor of {limit:.4g}", words.ratio(*_exp(found), found.level)
    else:
        least, seen = words.margin(limit), words.difference(found.value, found.low, found.high, found.level)
    pair = f"{ask.about.candidate} and {ask.about.baseline}"
    if decision == "pass":
        sentence = f"{ask.about.begin(f'{pair} differ by less than {least}')}: {seen}."
    elif decision == "fail":
        sentence = f"{ask.about.begin(f'{pair} differ by {least} or more')}: {seen}."
    else:
        question = ask.about.within(f"{pair} differ by less than {least}")
        sentence = _open(cell, question, seen, words.advice(more, None, close=close))
    visible = _visible(cell, ask.alpha)
    visible = math.exp(visible) if measured and visible is not None else visible
    figures = _Figures(found, cell, bound=limit, visible=visible, unit="ratio" if measured else None)
    return figures.part(ask, decision, sentence, more=more)


def mean_holds(cell: Cell, rule: MetricRule, ask: Question) -> GatePart:
    """Whether the mean of one variant is at least, or at most, what the rule says."""
    metric, name = ask.about.metric, ask.about.candidate
    limit = rule.at_least if rule.at_least is not None else rule.at_most
    assert limit is not None
    found = ask.interval(cell, lambda known, level: _mean_interval(metric, known, level))
    least = rule.at_least is not None
    if least:
        decision: Decision = decide_at_least(found.low, found.high, limit)
    else:
        decision = decide_at_least(-found.high, -found.low, -limit)
    more = _more_for_mean(metric, cell, found, limit, ask.alpha) if decision == "inconclusive" else None
    shown, seen = words.amount(metric, limit), words.mean(metric, (found.value, found.low, found.high), found.level)
    wanted = f"at {'least' if least else 'most'} {shown}"
    if decision == "pass":
        sentence = f"{ask.about.begin(f'{name} comes to {wanted}')}: {seen}."
    elif decision == "fail":
        sentence = f"{ask.about.begin(f'{name} does not come to {wanted}')}: {seen}."
    else:
        tail = (
            f"if the mean stays, about {more:,} more cases would settle it, as a {_as(found, limit, least=least)}"
            if more
            else "the mean lies close to it"
        )
        sentence = _open(cell, ask.about.within(f"{name} comes to {wanted}"), seen, tail)
    figures = _Figures(found, cell, bound=limit, visible=_visible(cell, ask.alpha), unit=_unit(metric))
    return figures.part(ask, decision, sentence, more=more)


def known_enough(part: GatePart, cell: Cell, most: float) -> GatePart:
    """The part of a measure, which cannot pass while more than the share ``most`` of the cases have no number."""
    if not cell.left_out:
        return part
    total = cell.n + cell.left_out
    said = f" {cell.left_out:,} of {wording.plural(total, 'case')} have no {part.metric} to compare."
    enough = cell.left_out <= most * total
    decision: Decision = part.decision if enough or part.decision == "fail" else "inconclusive"
    return msgspec.structs.replace(part, decision=decision, sentence=part.sentence + said)


def _all_alike(cell: Cell, found: Interval) -> bool:
    """Whether a ratio is the same in each of a few pairs, so that nothing bounds what was not seen."""
    return cell.clusters < FEW_CLUSTERS and found.high <= found.low


def _alike(cell: Cell) -> str:
    return f"it is the same in every pair, and {cell.clusters} are too few to rely on that; {FEW_CLUSTERS} would do"


def of_other_times(part: GatePart) -> GatePart:
    """The part of a time that decides nothing, as the two variants were not called side by side."""
    said = (
        "All replies of one variant came before the other's, so it may be the hour that differs; --fresh calls both. "
    )
    return msgspec.structs.replace(
        part, decision="inconclusive", sentence=f"{said}By these: {part.sentence}", cases_needed=None, remark=None
    )


def passes_enough(cell: Cell, minimum: float, ask: Question) -> GatePart:
    """Whether a variant's pass rate is at least the minimum."""
    name = ask.about.candidate
    found = ask.interval(cell, lambda known, level: pass_interval(known, level=level))
    decision: Decision = decide_at_least(found.low, found.high, minimum)
    shown, least = wording.interval(found.value, found.low, found.high), wording.level(minimum)
    seen = f"{shown.removesuffix(')')}; {words.levels(found.level)})"
    said = {
        "pass": f"{name} passes at least {least} of cases: {seen}.",
        "fail": f"{name} passes fewer than {least} of cases: {seen}.",
        "inconclusive": f"{wording.plural(cell.n, 'case')} cannot tell whether {name} passes {least}: {seen}.",
    }
    more = None
    if decision == "inconclusive" and ask.estimate is not None:
        said["inconclusive"] += f" {_MORE_LABELS[0].upper()}{_MORE_LABELS[1:]}."
    elif decision == "inconclusive" and cell.n:
        more = _more_for_rate(found.value, minimum, cell.n, ask.alpha)
        said["inconclusive"] += (
            f" If the rate stays, about {more:,} more cases would settle it, as a {_as(found, minimum, least=True)}."
            if more
            else " The rate lies so close to it that more cases will hardly settle it."
        )
    figures = _Figures(found, cell, bound=minimum, visible=_visible(cell, ask.alpha))
    return figures.part(ask, decision, said[decision], more=more)


def never_happens(failed: int, n: int, left_out: int, at_most: float, ask: Question) -> GatePart:
    """Whether the failing share is at most ``at_most``, by exact one-sided bounds.

    Args:
        failed: Clusters with a case that failed.
        n: Clusters; a case without one is a cluster of its own.
        left_out: Cases without a reply.
        at_most: The largest share, in (0, 1).
        ask: What is asked.
    """
    level, name, grader = 1 - ask.alpha, ask.about.candidate, ask.about.metric.removeprefix("grader:")
    low, high = _never_bounds(failed, n, ask)
    decision: Decision = "pass" if high <= at_most else "fail" if low > at_most else "inconclusive"
    more = _more_never(failed, n, at_most, ask) if decision == "inconclusive" else None
    share = wording.level(at_most)
    bound = f"at least {wording.percent(low)}" if decision == "fail" else f"at most {wording.percent(high)}"
    seen = f"{failed:,} of {wording.plural(n, 'case')} failed, so {bound} do "
    seen += f"(one-sided bound at {wording.level(level)} confidence)"
    if ask.errors is not None:
        seen += f", with the errors that were measured of the judge of {grader}"
    if left_out:
        seen += f"; {wording.plural(left_out, 'case')} had no reply"
    tail = f"{more:,} more cases without a failure would" if more else "with so many failures more cases hardly would"
    said = {
        "pass": f"{name} fails {grader} in at most {share} of cases: {seen}.",
        "fail": f"{name} fails {grader} in more than {share} of cases: {seen}.",
        "inconclusive": f"{wording.plural(n, 'case')} cannot show that {name} fails {grader} in at most {share} of "
        f"them: {seen}; {tail}.",
    }
    return GatePart(
        rule=ask.rule,
        decision=decision,
        sentence=said[decision],
        cases_needed=more,
        metric=ask.about.metric,
        variant=name,
        method="clopper-pearson" if ask.errors is None else "clopper-pearson-judged",
        value=failed / n if n else None,
        low=low,
        high=high,
        level=ask.level,
        n=n,
        clusters=n,
        bound=at_most,
        visible=1 - ask.alpha ** (1 / n) if n else None,
        advisory=ask.advisory,
    )


def _never_bounds(failed: int, n: int, ask: Question) -> tuple[float, float]:
    """The one-sided bounds of the failing share; of a judge those of what people would fail.

    A judge fails at least its specificity's share of what is wrong, and no more than what is wrong and what it fails of
    the right. Half of alpha is for the cases, half for what is known of the judge.
    """
    if not n:
        return 0.0, 1.0
    if ask.errors is None:
        level = 1 - ask.alpha
        return clopper_pearson_lower(failed, n, level=level), clopper_pearson_upper(failed, n, level=level)
    level, judge = 1 - ask.alpha / 2, ask.errors
    specificity = judge.specificity(level=1 - ask.alpha).low
    sensitivity = judge.sensitivity(level=1 - ask.alpha).low
    high = clopper_pearson_upper(failed, n, level=level)
    low = clopper_pearson_lower(failed, n, level=level) - (1 - sensitivity)
    return max(0.0, low), min(1.0, high / specificity) if specificity > 0 else 1.0


def _more_never(failed: int, n: int, at_most: float, ask: Question) -> int | None:
    """Cases without a failure that are missing; with a judge's errors, as many as its bound takes."""
    if ask.errors is None:
        return _more_without_failure(failed, n, at_most, 1 - ask.alpha)
    found = ask.errors.specificity(level=1 - ask.alpha).low
    return _more_without_failure(failed, n, at_most * found, 1 - ask.alpha / 2) if found > 0 else None


_MORE_LABELS = "labels of this run's replies would tell more than further cases"
_CORRECTED = {"ppi++": "people's labels", "rogan-gladen": "how often it was measured to err"}


@dataclass(frozen=True, slots=True)
class _Figures:
    """The numbers of a part."""

    interval: Interval
    cell: Cell
    bound: float
    visible: float | None
    unit: Unit | None = None

    def part(
        self,
        ask: Question,
        decision: Decision,
        sentence: str,
        *,
        more: int | None = None,
        repeats: int | None = None,
        kind: str | None = None,
    ) -> GatePart:
        visible, found, unit = self.visible, self.interval, self.unit or _unit(ask.about.metric)
        bounds: list[float | None] = [found.value, found.low, found.high]
        if unit == "ratio":
            bounds = list(_exp(found))
        if (by := _CORRECTED.get(found.method)) is not None:
            visible = None  # known of what the judge says only
            sentence += f" This makes up for the judge's errors by {by}; as judged it is {self._judged(ask)}."
        value, low, high = (bound if bound is not None and math.isfinite(bound) else None for bound in bounds)
        return GatePart(
            rule=ask.rule,
            decision=decision,
            sentence=sentence,
            cases_needed=more,
            repeats_needed=repeats,
            metric=ask.about.metric,
            slice=ask.about.slice,
            variant=ask.about.candidate,
            method=found.method,
            value=value if self.cell.n else None,
            low=low,
            high=high,
            level=found.level,
            n=self.cell.n,
            clusters=self.cell.clusters,
            bound=self.bound,
            unit=unit,
            visible=visible,
            remark=kind,
            advisory=ask.advisory,
        )

    def _judged(self, ask: Question) -> str:
        mean = self.cell.mean
        return wording.points(mean) if ask.about.baseline else wording.percent(mean)


def _as(found: Interval, limit: float, *, least: bool) -> str:
    """What an open question would come to if what was seen is the truth."""
    return "pass" if (found.value >= limit) == least else "fail"


def _open(cell: Cell, question: str, seen: str, tail: str) -> str:
    return f"{wording.plural(cell.n, 'case')} cannot tell whether {question}: {seen}; {tail}."


def _unit(metric: str) -> Unit:
    return "share" if metric in SHARES else "measure" if is_measure(metric) else "score"


def _mean_interval(metric: str, cell: Cell, level: float) -> Interval:
    if is_measure(metric):
        return open_interval(cell, level=level)
    return pass_interval(cell, level=level) if metric in SHARES else score_interval(cell, level=level)


def _visible(cell: Cell, alpha: float) -> float | None:
    """The smallest difference that a bound would rule out, or see, with the planned power."""
    return visible_margin(cell.planning_variance, cell.n, alpha=alpha, power=POWER) if cell.n else None


def _more_cases(cell: Cell, margin: float, alpha: float, *, cases: Callable[..., int] = cases_for_margin) -> int | None:
    """Cases that are missing to what a true difference of 0 takes."""
    if not cell.n:
        return None
    return max(0, cases(cell.planning_variance, margin, alpha=alpha, power=POWER) - cell.n)


def _more(cell: Cell, margin: float, ask: Question, spread: Spread) -> tuple[int | None, int | None]:
    """Further cases that would do; and repeats of each case, where these vary more than the cases do."""
    more = max(0, spread.needed(cell.repeats, margin, alpha=ask.alpha) - cell.n) if cell.n else None
    if not more or cell.within is None or cell.repeats < 2:
        return more, None
    between = max(0.0, cell.planning_variance - cell.within / cell.repeats)
    room = cell.n * (margin / visible_margin(1.0, 1, alpha=ask.alpha, power=POWER)) ** 2 - between
    if between > cell.within / cell.repeats or room <= cell.within / MOST_REPEATS:
        return more, None
    return more, max(cell.repeats + 1, math.ceil(cell.within / room))


def _more_for_rate(rate: float, minimum: float, n: int, alpha: float) -> int | None:
    """Cases that are missing until Wilson's bound at this rate clears the minimum; None beyond a million."""
    total = n
    while total <= MOST_CASES:
        total = total * 5 // 4 + 1
        found = wilson(round(rate * total), total, level=gate_level(alpha))
        if found.low >= minimum or found.high < minimum:
            return total - n
    return None


def _more_for_mean(metric: str, cell: Cell, found: Interval, limit: float, alpha: float) -> int | None:
    """Cases that are missing until a bound of this mean clears the limit, if the mean stays."""
    if not cell.n or found.value == limit:
        return None
    if metric in SHARES:
        return _more_for_rate(found.value, limit, cell.n, alpha)
    error = cell.summary.se_corrected or 0.0
    needed = cell.n * (normal_quantile(1 - alpha) * error / (found.value - limit)) ** 2
    return max(1, math.ceil(needed) - cell.n) if needed <= MOST_CASES else None


def _more_without_failure(failed: int, n: int, at_most: float, level: float) -> int | None:
    """Cases without a failure that are missing until the upper bound is low enough, by bisection."""
    low, high = n, max(n, 1)
    while clopper_pearson_upper(failed, high, level=level) > at_most:
        low, high = high, high * 2
        if high > MOST_CASES:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if clopper_pearson_upper(failed, middle, level=level) > at_most:
            low = middle
        else:
            high = middle
    return high - n


def _exp(found: Interval) -> tuple[float, float, float]:
    """The estimate and its bounds, from logarithms to ratios."""
    value, low, high = (math.exp(log) if log < 700 else math.inf for log in (found.value, found.low, found.high))
    return value, low, high
