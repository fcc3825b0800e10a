"""The gate: a run's figures in, a decision and the sentences behind it out. Pure.

    invalid        too much is missing, or there is nothing to decide on
    fail           a rule is shown to be broken
    inconclusive   the cases are too few to say; the sentence tells how many more would do
    pass           every rule is shown to hold

The worst of the rules counts, in that order. Without a rule a valid run comes to ``pass`` as well, and is called ``no
gate`` (``summary.py``). See docs/explanation/gates.md.
"""

from collections.abc import Iterable

import msgspec

from assay.evaluate import wording
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.summary import Comparison, GatePart, VariantSummary
from assay.evaluate.tally import Tally
from assay.evaluate.types import Decision
from assay.stats.decision import decide_at_least, decide_non_inferior, gate_level, remark
from assay.stats.power import more_cases_for_margin
from assay.stats.proportion import wilson

MOST_CASES = 1_000_000
_WORST_FIRST: tuple[Decision, ...] = ("invalid", "fail", "inconclusive", "pass")


def decide(
    spec: GateSpec | None,
    variants: list[VariantSummary],
    comparison: Comparison | None,
    tally: Tally,
    *,
    stopped: str | None = None,
) -> list[GatePart]:
    """Every rule's part, the validity of the run first and alone if it is not valid: then no rule is judged.

    ``stopped`` is why the run ended before all was run.
    """
    rules = spec or GateSpec()
    valid = _validity(rules, variants, stopped)
    parts = [valid]
    if valid.decision != "invalid":
        parts += _judged(rules, variants, comparison, tally)
    # The sentences are data as well: plain spaces.
    return [msgspec.structs.replace(p, sentence=p.sentence.replace(wording.NBSP, " ")) for p in parts]


def _judged(
    rules: GateSpec, variants: list[VariantSummary], comparison: Comparison | None, tally: Tally
) -> list[GatePart]:
    """What the rules say of a valid run."""
    parts: list[GatePart] = []
    if rules.compare is not None and comparison is not None:
        parts.append(_compare(rules.compare, rules, comparison, tally))
    parts += [_at_least(name, minimum, rules, tally) for name, minimum in rules.at_least.items()]
    if rules.counted is not None:
        parts.append(_counted(rules.counted, variants))
    return parts


def overall(parts: list[GatePart], *, gated: bool = True) -> tuple[Decision, str]:
    """The worst decision, and the sentence of the part that made it (of the most telling one for a pass)."""
    counts = worst(part.decision for part in parts)
    named = [part for part in parts if part.decision == counts]
    telling = next((part for part in named if part.rule != "validity"), named[0])
    if counts == "pass" and not gated:
        return counts, f"{telling.sentence.removesuffix('.')}; the suite has no gate, so nothing is decided."
    return counts, telling.sentence


def worst(decisions: Iterable[Decision]) -> Decision:
    """The decision that counts of several; ``pass`` of none."""
    return min(decisions, key=_WORST_FIRST.index, default="pass")


def _validity(spec: GateSpec, variants: list[VariantSummary], stopped: str | None) -> GatePart:
    for variant in variants:
        planned = variant.n + variant.missing
        if planned == 0:
            return GatePart(rule="validity", decision="invalid", sentence=f"{variant.name} has no samples.")
        if (variant.errors + variant.missing) / planned > spec.max_missing:
            sentence = f"{_lacks(variant, stopped)}; the gate allows {wording.level(spec.max_missing)}."
            return GatePart(rule="validity", decision="invalid", sentence=sentence)
    lacking = [_lacks(variant, stopped) for variant in variants if variant.missing]
    sentence = "Every sample has a verdict."
    if lacking:
        sentence = f"Few enough samples are missing: {', '.join(lacking)}."
    elif any(variant.errors for variant in variants):
        sentence = "Few enough samples ended in an error."
    return GatePart(rule="validity", decision="pass", sentence=sentence)


def _lacks(variant: VariantSummary, stopped: str | None) -> str:
    """What a variant has no verdict on, and why."""
    planned, parts = variant.n + variant.missing, []
    if variant.missing:
        parts.append(f"were not run, as {stopped or 'the run was stopped'}")
    if variant.errors:
        codes = ", ".join(f"{code} × {count}" for code, count in variant.error_codes.items())
        parts.append(f"ended in an error ({codes})")
    counts = [count for count in (variant.missing, variant.errors) if count]
    first = f"{counts[0]:,} of {planned:,} samples of {variant.name} {parts[0]}"
    return first if len(parts) == 1 else f"{first}, and {counts[1]:,} {parts[1]}"


def _compare(rule: CompareRule, spec: GateSpec, found: Comparison, tally: Tally) -> GatePart:
    decision = decide_non_inferior(found.low, found.high, rule.margin)
    bounds = f"{wording.signed(found.low)} to {wording.signed(found.high)}"
    seen = f"{wording.points(found.diff)} ({bounds}; {_levels(found.level, spec)})"
    margin = f"{100 * rule.margin:.4g} points"
    if decision == "pass":
        kind = remark(found.low, found.high, rule.margin)
        if kind == "improved":
            said = f"{rule.candidate} is better than {rule.baseline}"
        elif kind == "worse-inside-margin":
            said = f"{rule.candidate} is measurably worse than {rule.baseline}, but by less than the margin of {margin}"
        else:
            said = f"{rule.candidate} is not worse than {rule.baseline} by {margin} or more"
        return GatePart(rule="compare", decision=decision, sentence=f"{said}: {seen}.")
    if decision == "fail":
        sentence = f"{rule.candidate} is worse than {rule.baseline}: {seen}."
        return GatePart(rule="compare", decision=decision, sentence=sentence)
    assert tally.compare is not None
    pairs = tally.compare.pairs
    more = more_cases_for_margin(pairs.n, pairs.planning_variance(), rule.margin, alpha=spec.alpha) if pairs.n else None
    advice = f"about {more:,} more cases would settle it" if more else "the difference lies close to the margin"
    sentence = (
        f"{wording.plural(found.n, 'case')} cannot tell whether {rule.candidate} is worse than {rule.baseline} "
        f"by {margin}: {seen}; {advice}."
    )
    return GatePart(rule="compare", decision=decision, sentence=sentence, cases_needed=more)


def _levels(level: float, spec: GateSpec) -> str:
    """The level of the interval that the gate uses, and that of each of its bounds, which is the one that counts."""
    return f"{wording.level(level)} interval, each bound at {wording.level(1 - spec.alpha)} confidence"


def _at_least(name: str, minimum: float, spec: GateSpec, tally: Tally) -> GatePart:
    level = gate_level(spec.alpha)
    interval = tally.variants[name].passes.interval(level=level)
    decision: Decision = decide_at_least(interval.low, interval.high, minimum)
    shown, least = wording.interval(interval.value, interval.low, interval.high), wording.level(minimum)
    seen = f"{shown.removesuffix(')')}; {_levels(level, spec)})"
    words = {
        "pass": f"{name} passes at least {least} of cases: {seen}.",
        "fail": f"{name} passes fewer than {least} of cases: {seen}.",
        "inconclusive": f"{wording.plural(interval.n, 'case')} cannot tell whether {name} passes {least}: {seen}.",
    }
    more = None
    if decision == "inconclusive" and interval.n:
        more = _more_for_rate(interval.value, minimum, interval.n, spec.alpha)
        words["inconclusive"] += (
            f" If the rate stays, about {more:,} more cases would settle it."
            if more
            else " The rate lies so close to it that more cases will hardly settle it."
        )
    return GatePart(rule=f"at_least {name}", decision=decision, sentence=words[decision], cases_needed=more)


def _counted(share: float, variants: list[VariantSummary]) -> GatePart:
    """The samples that passed against those that should have, without a word on chance."""
    passed, n = sum(variant.passed for variant in variants), sum(variant.n for variant in variants)
    enough = passed >= share * n
    wanted = "all" if share == 1 else wording.level(share)
    sentence = f"{passed:,} of {wording.plural(n, 'sample')} passed; {wanted} of them should."
    return GatePart(rule="counted", decision="pass" if enough else "fail", sentence=sentence)


def _more_for_rate(rate: float, minimum: float, n: int, alpha: float) -> int | None:
    """Cases that are missing until Wilson's bound at this rate clears the minimum; None beyond a million."""
    total = n
    while total <= MOST_CASES:
        total = total * 5 // 4 + 1
        found = wilson(round(rate * total), total, level=gate_level(alpha))
        if found.low >= minimum or found.high < minimum:
            return total - n
    return None
