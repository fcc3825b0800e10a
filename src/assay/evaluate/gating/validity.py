"""Whether a run can be judged at all: enough verdicts, nothing twice, nothing unpaired, the same model for both arms.

One part; when it is ``invalid``, no rule is judged. See docs/explanation/gates.md.
"""

from assay.evaluate import wording
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.arm import Arm, apart, mixed
from assay.evaluate.gating.metric import kind_of
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.summary import GatePart

RULE = "validity"


def validity(counted: GateTally, *, stopped: str | None, unfit: str | None = None) -> GatePart:
    """The run's validity as a part.

    Args:
        counted: The run's samples, counted for its gate.
        stopped: Why the run ended before all was run.
        unfit: Why it cannot be judged, where that is known beforehand.
    """
    arms = list(counted.arms.values())
    why = unfit or _too_little(counted.spec, arms, stopped) or _not_paired(counted) or apart(arms)
    if why is not None:
        return GatePart(rule=RULE, decision="invalid", sentence=f"{why[0].upper()}{why[1:]}." if unfit else f"{why}.")
    lacking = [_lacks(arm, stopped) for arm in arms if arm.missing]
    sentence = "Every sample has a verdict"
    if lacking:
        sentence = f"Few enough samples are missing: {', '.join(lacking)}"
    elif any(arm.errors for arm in arms):
        sentence = "Few enough samples ended in an error"
    changed = mixed(arms)
    return GatePart(
        rule=RULE,
        decision="pass",
        sentence=f"{sentence}; {changed}." if changed else f"{sentence}.",
        remark="model-changed" if changed else None,
    )


def _too_little(spec: GateSpec, arms: list[Arm], stopped: str | None) -> str | None:
    for arm in arms:
        planned = arm.n + arm.missing
        if planned == 0:
            return f"{arm.label.name} has no samples"
        if (_errors(spec, arm) + arm.missing) / planned > spec.max_missing:
            return f"{_lacks(arm, stopped)}; the gate allows {wording.level(spec.max_missing)}"
    return None


def _errors(spec: GateSpec, arm: Arm) -> int:
    """The errors that count as missing; those that the suite counts as plain failures do not."""
    return sum(count for code, count in arm.errors.items() if getattr(spec.missing, kind_of(code)) != "fails")


def _not_paired(counted: GateTally) -> str | None:
    if not counted.columns:
        return None
    if counted.duplicates:
        return f"{wording.plural(counted.duplicates, 'sample')} of the same case, variant and repeat stand twice"
    most, total = counted.spec.max_missing, counted.total
    if total and counted.incomplete / total > most:
        return (
            f"{counted.incomplete:,} of {wording.plural(total, 'case')} lack a sample of a variant, so that they "
            f"cannot be paired; the gate allows {wording.level(most)}"
        )
    return None


def _lacks(arm: Arm, stopped: str | None) -> str:
    """What a variant has no verdict on, and why."""
    planned, ended, parts = arm.n + arm.missing, arm.errors.total(), []
    if arm.missing:
        parts.append(f"were not run, as {stopped or 'the run was stopped'}")
    if ended:
        codes = ", ".join(f"{code} × {count}" for code, count in sorted(arm.errors.items()))
        parts.append(f"ended in an error ({codes})")
    counts = [count for count in (arm.missing, ended) if count]
    first = f"{counts[0]:,} of {planned:,} samples of {arm.label.name} {parts[0]}"
    return first if len(parts) == 1 else f"{first}, and {counts[1]:,} {parts[1]}"
