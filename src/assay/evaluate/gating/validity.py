"""Whether a run can be judged at all: enough verdicts, nothing twice, nothing unpaired, the same model for both arms.

One part; when it is ``invalid``, no rule is judged. See docs/explanation/gates.md.
"""

from collections.abc import Sequence

from assay.evaluate import wording
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.answerer import Answered, apart, mixed
from assay.evaluate.gating.metric import kind_of
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.summary import GatePart, VariantSummary
from assay.evaluate.types import VariantLabel

RULE = "validity"


def validity(
    spec: GateSpec,
    variants: Sequence[VariantSummary],
    *,
    counted: GateTally | None,
    answered: dict[str, Answered],
    labels: Sequence[VariantLabel],
    stopped: str | None,
) -> GatePart:
    """The run's validity as a part.

    Args:
        spec: The gate.
        variants: The variants' figures.
        counted: The cases, as the gate's rules need them.
        answered: Variant -> who answered.
        labels: The variants.
        stopped: Why the run ended before all was run.
    """
    why = _too_little(spec, variants, stopped) or _not_paired(spec, counted) or _not_the_same(labels, answered)
    if why is not None:
        return GatePart(rule=RULE, decision="invalid", sentence=f"{why}.")
    lacking = [_lacks(variant, stopped) for variant in variants if variant.missing]
    sentence = "Every sample has a verdict"
    if lacking:
        sentence = f"Few enough samples are missing: {', '.join(lacking)}"
    elif any(variant.errors for variant in variants):
        sentence = "Few enough samples ended in an error"
    changed = mixed(answered)
    return GatePart(
        rule=RULE,
        decision="pass",
        sentence=f"{sentence}; {changed}." if changed else f"{sentence}.",
        remark="model-changed" if changed else None,
    )


def _too_little(spec: GateSpec, variants: Sequence[VariantSummary], stopped: str | None) -> str | None:
    for variant in variants:
        planned = variant.n + variant.missing
        if planned == 0:
            return f"{variant.name} has no samples"
        if (_errors(spec, variant) + variant.missing) / planned > spec.max_missing:
            return f"{_lacks(variant, stopped)}; the gate allows {wording.level(spec.max_missing)}"
    return None


def _errors(spec: GateSpec, variant: VariantSummary) -> int:
    """The errors that count as missing; those that the suite counts as plain failures do not."""
    return sum(count for code, count in variant.error_codes.items() if getattr(spec.missing, kind_of(code)) != "fails")


def _not_paired(spec: GateSpec, counted: GateTally | None) -> str | None:
    if counted is None or not counted.columns:
        return None
    if counted.duplicates:
        return f"{wording.plural(counted.duplicates, 'sample')} of the same case, variant and repeat stand twice"
    total = counted.total
    if total and counted.incomplete / total > spec.max_missing:
        return (
            f"{counted.incomplete:,} of {wording.plural(total, 'case')} lack a sample of a variant, so that they "
            f"cannot be paired; the gate allows {wording.level(spec.max_missing)}"
        )
    return None


def _not_the_same(labels: Sequence[VariantLabel], answered: dict[str, Answered]) -> str | None:
    return apart(labels, answered)


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
