"""The corrected intervals of one calibrated judge.

Labels are used directly (PPI++) only where every labelled reply of a variant is still what it was: those that are left
where some have changed are no random draw. Otherwise the errors that were measured are all that is used
(Rogan-Gladen), which supposes that the judge errs on both variants alike; where the calibration shows that it does not,
nothing is concluded.
"""

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from assay.evaluate.calibration.types import Calibration, Figure, JudgedCase, LabelledReply
from assay.evaluate.gating.cell import Cell, difference_interval
from assay.evaluate.gating.part import Estimate
from assay.stats.clusters import Floats
from assay.stats.correction import JudgeCounts, calibrated_mean, rogan_gladen, rogan_gladen_difference
from assay.stats.interval import Interval

ENOUGH = 20
"""Labels from which on they are used directly."""

ROGAN_GLADEN = "rogan-gladen"


class Corrected:
    """What a calibration makes of a run's verdicts.

    Args:
        calibration: How the judge errs.
        cases: Its verdicts in the run.
        same_cases: Whether the run's datasets are those of the calibration.

    Attributes:
        grader: The judge's grader.
        counts: How the judge did on the labelled replies.
        variants: The run's variants that have verdicts.
        is_graded: Whether it gives scores between 0 and 1, which are no rate of passes.
    """

    def __init__(self, calibration: Calibration, cases: Sequence[JudgedCase], *, same_cases: bool) -> None:
        self.grader = calibration.grader
        self._cases = cases
        self._calibration = calibration
        pooled = calibration.pooled
        self.counts = JudgeCounts(pooled.right, pooled.right_passed, pooled.wrong, pooled.wrong_failed)
        self.variants = list(dict.fromkeys(name for case in cases for name in case.replies))
        judged = [reply for case in cases for reply in case.replies.values()]
        self.is_graded = any(reply.score not in (None, float(reply.passed)) for reply in judged)
        self._alone = all(reply.others for reply in judged)
        self._alike = _errs_alike(calibration)
        self._labels = {name: self._labels_of(name) if same_cases else {} for name in self.variants}
        self._clusters = np.array([case.cluster or f"case {case.case}" for case in cases])

    def pair(self, metric: str, candidate: str, baseline: str) -> Estimate:
        """The interval of candidate - baseline."""

        def estimate(cell: Cell, level: float) -> Interval:
            said, truth, chances, place = self._columns(metric, candidate)
            other_said, other_truth, _, other_place = self._columns(metric, baseline)
            difference, known = said - other_said, truth - other_truth
            kept = np.isfinite(difference)
            missing = 1 - kept.sum() / cell.n if cell.n else 0.0
            if np.isfinite(known[kept]).sum() >= ENOUGH:
                found = calibrated_mean(
                    difference[kept],
                    known[kept],
                    chances[kept],
                    self._clusters[kept],
                    level=level,
                    bounds=(-1.0, 1.0),
                    strata=(10 * place + other_place)[kept],
                ).interval
                return _with_missing_pairs(found, missing)
            return self._stretched(metric, cell, level)

        return estimate

    def slice(self, metric: str) -> Estimate:
        """The same within a slice: from how the judge errs alone, as a slice has few labels."""
        return lambda cell, level: self._stretched(metric, cell, level)

    def single(self, metric: str, variant: str) -> Estimate:
        """The interval of one variant's rate."""

        def estimate(cell: Cell, level: float) -> Interval:
            said, truth, chances, place = self._columns(metric, variant)
            kept = np.isfinite(said)
            judged = min(1.0, kept.sum() / cell.n) if cell.n and kept.any() else 1.0
            if np.isfinite(truth[kept]).sum() >= ENOUGH:
                found = calibrated_mean(
                    said[kept], truth[kept], chances[kept], self._clusters[kept], level=level, strata=place[kept]
                ).interval
                return _with_failures(found, judged)
            worth = cell.summary.effective_n() * judged
            if not worth or not self._may_stretch(metric):
                return Interval(cell.mean, 0.0, 1.0, cell.n, level, ROGAN_GLADEN)
            rate = min(1.0, cell.mean / judged)
            return _with_failures(rogan_gladen(rate * worth, worth, self.counts, level=level), judged)

        return estimate

    def _stretched(self, metric: str, cell: Cell, level: float) -> Interval:
        if cell.n < 1 or not self._alike or not self._may_stretch(metric):
            return Interval(cell.mean, -1.0, 1.0, cell.n, level, ROGAN_GLADEN)
        return rogan_gladen_difference(difference_interval(cell, level=level), self.counts)

    def _may_stretch(self, metric: str) -> bool:
        """Of passes, only where nothing but the judge fails a sample: what other graders fail needs no correction."""
        return metric != "pass" or (bool(self._cases) and self._alone)

    def _labels_of(self, variant: str) -> dict[str, LabelledReply]:
        """Case -> label, from that variant of the calibration whose every labelled reply this one gives too."""
        replies = {case.case: case.replies[variant].reply for case in self._cases if variant in case.replies}
        by_variant: dict[str, dict[str, LabelledReply]] = {}
        for label in self._calibration.labels:
            if label.right is not None:
                by_variant.setdefault(label.variant, {})[label.case] = label
        names = sorted(by_variant, key=lambda name: name != variant)  # its own, if it has one
        for name in names:
            if all(replies.get(case) == label.reply for case, label in by_variant[name].items()):
                return by_variant[name]
        return {}

    def _columns(self, metric: str, variant: str) -> tuple[Floats, Floats, Floats, Floats]:
        """Case by case: what the judge says, what people say, with what chance they were asked, and the stratum.

        NaN where nothing is known. Strata are the judge's verdict together with that of the other graders.
        """
        said, truth, chances, place = list[float](), list[float](), list[float](), list[float]()
        labels = self._labels.get(variant, {})
        for case in self._cases:
            judged = case.replies.get(variant)
            label = None if judged is None else labels.get(case.case)
            counts = judged is not None and (judged.others or metric != "pass")
            said.append(math.nan if judged is None else float(judged.passed and counts))
            truth.append(math.nan if label is None else float(bool(label.right) and counts))
            chances.append(1.0 if label is None else label.chance)
            place.append(-1.0 if judged is None else judged.passed + 2.0 * counts)
        return np.array(said), np.array(truth), np.array(chances), np.array(place)


def _errs_alike(calibration: Calibration) -> bool:
    """Whether nothing shows that the judge errs on one variant more than on another: all intervals overlap."""
    for one, other in combinations(calibration.variants.values(), 2):
        for a, b in ((one.sensitivity, other.sensitivity), (one.specificity, other.specificity)):
            (a_low, a_high), (b_low, b_high) = _ends(a), _ends(b)
            if a_low > b_high or b_low > a_high:
                return False
    return True


def _ends(found: Figure) -> tuple[float, float]:
    return 0.0 if found.low is None else found.low, 1.0 if found.high is None else found.high


def _with_missing_pairs(found: Interval, missing: float) -> Interval:
    """The interval with pairs of which a sample has no verdict: each may be anything from -1 to 1."""
    if missing <= 0:
        return found
    low, high = found.low * (1 - missing) - missing, found.high * (1 - missing) + missing
    return Interval(found.value * (1 - missing), max(-1.0, low), min(1.0, high), found.n, found.level, found.method)


def _with_failures(found: Interval, judged: float) -> Interval:
    """The interval of a rate with samples that have no verdict and count as failures."""
    low, high = found.low * judged, found.high * judged
    return Interval(found.value * judged, low, high, found.n, found.level, found.method)
