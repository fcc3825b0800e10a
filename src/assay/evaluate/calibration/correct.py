"""Judges in the gate: which verdicts count, which are only told, and the intervals that make up for a judge's errors.

    calibrated, all labelled replies unchanged     prediction-powered inference with those labels
    calibrated, other replies                      Rogan-Gladen with the sensitivity and specificity that were measured
    calibrated, but another judge, or too old      the run is invalid
    not calibrated, or beyond what can be made up  told, does not count, unless the gate says ``uncalibrated: counts``

The intervals themselves are ``corrected.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assay.evaluate.calibration.corrected import Corrected
from assay.evaluate.calibration.file import expired
from assay.evaluate.calibration.types import Calibration, JudgedCase
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.part import Estimate
from assay.stats.correction import JudgeCounts

SLICE = "slice"
"""In the place of a variant's name: the interval of a pair within a slice."""

_RATES = ("pass", "score")


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is known of a run's judges when its gate decides.

    Attributes:
        unfit: Why the run cannot be judged: a calibration that does not hold.
        estimates: (metric, variant, or "" for the pair, or ``slice``) -> the interval that counts.
        errors: Metric of a grader -> how its judge errs, for rules of zero tolerance.
        advisory: Metrics that rest on a judge; a rule on one of them counts only with an estimate of its own.
    """

    unfit: str | None = None
    estimates: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    errors: Mapping[str, JudgeCounts] = field(default_factory=dict)
    advisory: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun:
    """A run, or two, as far as corrections need it.

    Attributes:
        started_utc: When it began; a calibration must hold then.
        datasets: Label -> digest.
        repeats: How often each case was run.
        judges: Grader -> the digests of the judges that gave its verdicts.
        cases: Reads the verdicts of a grader, case by case.
    """

    started_utc: str
    datasets: Mapping[str, str]
    repeats: int
    judges: Mapping[str, Sequence[str]]
    cases: Callable[[str], Sequence[JudgedCase]]


def corrections(run: JudgedRun, spec: GateSpec, calibrations: Sequence[Calibration]) -> Corrections:
    """What the calibrations make of a run.

    Args:
        run: The run.
        spec: Its gate.
        calibrations: Those that the gate names.
    """
    of = {calibration.grader: calibration for calibration in calibrations}
    for grader, identities in run.judges.items():
        for identity in identities:
            if grader in of and (why := expired(of[grader], identity, run.started_utc)) is not None:
                return Corrections(unfit=f"{why}; calibrate it again")
    estimates: dict[tuple[str, str], Estimate] = {}
    errors: dict[str, JudgeCounts] = {}
    for grader in run.judges:
        if grader in of:
            found = _corrected(of[grader], run)
            if not found.counts.informs:
                return Corrections(unfit=_tells_nothing(of[grader]))
            errors[f"grader:{grader}"] = found.counts
            estimates |= _estimates(found, spec, run)
    return Corrections(estimates=estimates, errors=errors, advisory=resting_on_judges(spec, run.judges))


def _corrected(calibration: Calibration, run: JudgedRun) -> Corrected:
    same = sorted(calibration.datasets.values()) == sorted(run.datasets.values())
    return Corrected(calibration, run.cases(calibration.grader), same_cases=same)


def _estimates(found: Corrected, spec: GateSpec, run: JudgedRun) -> dict[tuple[str, str], Estimate]:
    """By metric and variant; none where what the rule asks is not a rate of replies that the judge passes."""
    if spec.cases is not None and run.repeats > 1:
        return {}
    metrics = [] if found.is_graded else [f"grader:{found.grader}"]
    if len(run.judges) == 1:
        metrics.append("pass")
    pair = spec.compare
    made: dict[tuple[str, str], Estimate] = {}
    for metric in metrics:
        if pair is not None:
            made[metric, ""] = found.pair(metric, pair.candidate, pair.baseline)
            made[metric, SLICE] = found.slice(metric)
        for variant in _variants(found, spec):
            made[metric, variant] = found.single(metric, variant)
    return made


def _variants(found: Corrected, spec: GateSpec) -> set[str]:
    pair = () if spec.compare is None else (spec.compare.candidate, spec.compare.baseline)
    ruled = (rule.variant for rule in spec.metrics if rule.variant is not None)
    return {*found.variants, *spec.at_least, *pair, *ruled}


def resting_on_judges(spec: GateSpec, judges: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The metrics of the gate that a judge has a part in."""
    if not judges or spec.uncalibrated == "counts":
        return frozenset()
    sliced = spec.slices.metrics if spec.slices is not None else ()
    named = {rule.metric for rule in spec.metrics} | set(sliced)
    return frozenset(
        [
            *_RATES,
            *(f"grader:{grader}" for grader in judges),
            *(metric for metric in named if metric.startswith("named:")),
        ]
    )


def _tells_nothing(calibration: Calibration) -> str:
    pooled = calibration.pooled
    return (
        f"the judge of {calibration.grader} passes {_percent(pooled.sensitivity.value)} of what people pass and "
        f"{_percent(1 - (pooled.specificity.value or 0.0))} of what they fail, so its verdicts tell nothing; "
        "use a better judge"
    )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.0f} %"
