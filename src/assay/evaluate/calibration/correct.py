"""Judges in the gate: which verdicts count, which are only told, and the intervals that make up for a judge's errors.

    calibrated, labels of this run's replies    prediction-powered inference with those labels
    calibrated, other replies                   Rogan-Gladen with the sensitivity and specificity that were measured
    calibrated, but another judge, or too old   the run is invalid
    not calibrated                              told, does not count, unless the gate says ``uncalibrated: counts``

Reads the run's rows once more, case by case, for the judges that have a calibration.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assay.evaluate.calibration.file import expired
from assay.evaluate.calibration.judged import judged_cases
from assay.evaluate.calibration.types import Calibration, JudgedCase
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.cell import Cell
from assay.evaluate.gating.part import Estimate
from assay.stats.correction import (
    JudgeCounts,
    calibrated_mean,
    rogan_gladen,
    rogan_gladen_difference,
)
from assay.stats.interval import Interval

ENOUGH = 20
"""Labels of this very run's replies from which on they are used directly."""

_RATES = ("pass", "score")


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is known of a run's judges when its gate decides.

    Attributes:
        unfit: Why the run cannot be judged: a calibration that does not hold.
        estimates: (metric, variant or "" for the pair) -> the interval that counts.
        advisory: Metrics that rest on a judge that nobody has measured.
    """

    unfit: str | None = None
    estimates: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    advisory: frozenset[str] = frozenset()


def corrections(
    folder: Path | None,
    spec: GateSpec,
    judges: Mapping[str, Sequence[str]],
    calibrations: Sequence[Calibration],
    *,
    at_utc: str,
) -> Corrections:
    """What the calibrations make of a run.

    Args:
        folder: The run's folder; None where its replies are not looked at, only how the judge errs.
        spec: Its gate.
        judges: Grader -> the digests of the judges that gave its verdicts.
        calibrations: Those that the gate names.
        at_utc: When the run began; a calibration must hold then.
    """
    of = {calibration.grader: calibration for calibration in calibrations}
    for grader, identities in judges.items():
        for identity in identities:
            if grader in of and (why := expired(of[grader], identity, at_utc)) is not None:
                return Corrections(unfit=f"{why}; calibrate it again")
    unmeasured = [grader for grader in judges if grader not in of]
    advisory = _advisory(spec, unmeasured)
    estimates: dict[tuple[str, str], Estimate] = {}
    for grader in judges:
        if grader in of:
            found = _Correction(
                of[grader], [] if folder is None else judged_cases(folder, grader), alone=len(judges) == 1
            )
            if not found.counts.informs:
                return Corrections(unfit=_tells_nothing(of[grader]))
            estimates |= found.estimates(spec)
    return Corrections(estimates=estimates, advisory=advisory)


def _advisory(spec: GateSpec, unmeasured: Sequence[str]) -> frozenset[str]:
    if not unmeasured or spec.uncalibrated == "counts":
        return frozenset()
    return frozenset([*_RATES, *(f"grader:{grader}" for grader in unmeasured)])


def _tells_nothing(calibration: Calibration) -> str:
    pooled = calibration.pooled
    return (
        f"the judge of {calibration.grader} passes {_percent(pooled.sensitivity.value)} of what people pass and "
        f"{_percent(1 - (pooled.specificity.value or 0.0))} of what they fail, so its verdicts tell nothing; "
        "use a better judge"
    )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.0f} %"


class _Correction:
    """The corrected intervals of one judge's metrics.

    Args:
        calibration: How the judge errs.
        cases: Its verdicts in the run.
        alone: Whether it is the only judge, so that the pass of a sample can be corrected as well.
    """

    def __init__(self, calibration: Calibration, cases: Sequence[JudgedCase], *, alone: bool) -> None:
        self._grader = calibration.grader
        self._cases = cases
        self._alone = alone
        pooled = calibration.pooled
        self.counts = JudgeCounts(pooled.right, pooled.right_passed, pooled.wrong, pooled.wrong_failed)
        self._labels = {(label.case, label.reply): label for label in calibration.labels if label.right is not None}
        self._clusters = [case.cluster or f"case {case.case}" for case in cases]

    def estimates(self, spec: GateSpec) -> dict[tuple[str, str], Estimate]:
        """By metric, and variant or "" for the pair."""
        metrics = [f"grader:{self._grader}", *(["pass"] if self._alone else [])]
        found: dict[tuple[str, str], Estimate] = {}
        for metric in metrics:
            if spec.compare is not None:
                found[metric, ""] = self._pair(metric, spec.compare.candidate, spec.compare.baseline)
            for variant in self._variants():
                found[metric, variant] = self._single(metric, variant)
        return found

    def _variants(self) -> list[str]:
        return list(dict.fromkeys(name for case in self._cases for name in case.replies))

    def _pair(self, metric: str, candidate: str, baseline: str) -> Estimate:
        def estimate(cell: Cell, level: float) -> Interval:
            (said, truth, chances), (other_said, other_truth, _) = (
                self._columns(metric, candidate),
                self._columns(metric, baseline),
            )
            difference, known = said - other_said, truth - other_truth
            kept = np.isfinite(difference)
            if np.isfinite(known[kept]).sum() >= ENOUGH:
                clusters = np.asarray(self._clusters)[kept]
                found = calibrated_mean(
                    difference[kept], known[kept], chances[kept], clusters, level=level, bounds=(-1.0, 1.0)
                )
                return found.interval
            error = cell.summary.se_corrected
            if error is None:
                return Interval(cell.mean, -1.0, 1.0, cell.n, level, "rogan-gladen")
            return rogan_gladen_difference(cell.mean, error**2, cell.n, self.counts, level=level)

        return estimate

    def _single(self, metric: str, variant: str) -> Estimate:
        def estimate(cell: Cell, level: float) -> Interval:
            said, truth, chances = self._columns(metric, variant)
            kept = np.isfinite(said)
            if np.isfinite(truth[kept]).sum() >= ENOUGH:
                clusters = np.asarray(self._clusters)[kept]
                return calibrated_mean(said[kept], truth[kept], chances[kept], clusters, level=level).interval
            worth = cell.summary.effective_n()
            if not worth:
                return Interval(cell.mean, 0.0, 1.0, cell.n, level, "rogan-gladen")
            return rogan_gladen(cell.mean * worth, worth, self.counts, level=level)

        return estimate

    def _columns(self, metric: str, variant: str) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
        """What the judge says, what people say and with what chance they were asked, case by case; NaN for nothing."""
        said, truth, chances = list[float](), list[float](), list[float]()
        for case in self._cases:
            judged = case.replies.get(variant)
            label = None if judged is None else self._labels.get((case.case, judged.reply))
            counts = judged is not None and (judged.others or metric != "pass")
            said.append(math.nan if judged is None else float(judged.passed and counts))
            truth.append(math.nan if label is None else float(bool(label.right) and counts))
            chances.append(1.0 if label is None else label.chance)
        return np.array(said), np.array(truth), np.array(chances)
