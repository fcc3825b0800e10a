"""From what a judge says to what is true: the correction of a pass rate, with an interval that owns up to both samples.

    rogan_gladen       from the judge's sensitivity and specificity, measured on labelled replies of any share of passes
    ppi_mean           the judge's mean, shifted by how far it was off on labelled cases of the same kind
    calibrated_mean    the same for one set of cases of which some are labelled: clusters, drawn with known chances

A judge's error does not go away with more cases; without a correction the interval closes in on the wrong number.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.argument import require_level
from assay.stats.clusters import Floats, as_floats, cluster_index
from assay.stats.distribution import t_quantile, two_sided_z
from assay.stats.interval import Interval
from assay.stats.proportion import wilson_bounds


class Uninformative(ValueError):
    """A judge that says "pass" no more often of what is right than of what is wrong; nothing can be made of that."""


@dataclass(frozen=True, slots=True)
class JudgeCounts:
    """What a judge said of replies that people have labelled.

    Attributes:
        right: Replies that people passed (m1).
        right_passed: Of these, passed by the judge.
        wrong: Replies that people failed (m0).
        wrong_failed: Of these, failed by the judge.

    Counts of replies that were drawn with unequal chances are weighted and scaled to what they are worth, so they need
    not be whole.
    """

    right: float
    right_passed: float
    wrong: float
    wrong_failed: float

    def __post_init__(self) -> None:
        for part, whole in ((self.right_passed, self.right), (self.wrong_failed, self.wrong)):
            if not 0 <= part <= whole:
                raise ValueError(f"successes must be between 0 and n, not {part} of {whole}")

    def sensitivity(self, *, level: float = 0.95) -> Interval:
        """The share of right replies that the judge passes, with Wilson's interval."""
        return _share(self.right_passed, self.right, level)

    def specificity(self, *, level: float = 0.95) -> Interval:
        """The share of wrong replies that the judge fails, with Wilson's interval."""
        return _share(self.wrong_failed, self.wrong, level)

    def gain(self, *, level: float = 0.95) -> Interval:
        """Sensitivity + specificity - 1: by what factor differences shrink in the judge's eyes.

        Source:
            R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
            Medicine 17 (1998), 873-890, method 10: the intervals' arms are squared and added.
        """
        sens, spec = self.sensitivity(level=level), self.specificity(level=level)
        value = sens.value + spec.value - 1
        below = math.hypot(sens.value - sens.low, spec.value - spec.low)
        above = math.hypot(sens.high - sens.value, spec.high - spec.value)
        n = round(self.right + self.wrong)
        return Interval(value, max(-1.0, value - below), min(1.0, value + above), n, level, "newcombe")

    @property
    def informs(self) -> bool:
        """Whether sensitivity and specificity together exceed 1, as they do for any judge that is of use."""
        if not self.right or not self.wrong:
            return False
        return self.right_passed / self.right + self.wrong_failed / self.wrong > 1


def rogan_gladen(passed: float, n: float, judge: JudgeCounts, *, level: float = 0.95) -> Interval:
    """The true pass rate behind a judged one, with the interval of Lee et al.

    Args:
        passed: Replies that the judge passed; clustered ones scaled to what they are worth.
        n: Replies judged; the same.
        judge: What it said of labelled replies. They need not be like the judged ones in how many are right, only in
            how the judge errs.
        level: Two-sided confidence level, in (0, 1).

    Raises:
        Uninformative: Sensitivity and specificity do not exceed 1 together.

    Source:
        W. J. Rogan and B. Gladen, American Journal of Epidemiology 107 (1978), 71-76; interval: C. Lee et al., "How to
        correctly report LLM-as-a-judge evaluations", arXiv:2511.21140 (2025), algorithm 1.
    """
    require_level(level)
    _require_informs(judge)
    z = two_sided_z(level)
    value = _corrected(passed / n, judge.wrong_failed / judge.wrong, judge.right_passed / judge.right) if n else 0.0
    share, size = (passed + z * z / 2) / (n + z * z), n + z * z
    spec, spec_n = (judge.wrong_failed + 1) / (judge.wrong + 2), judge.wrong + 2
    sens, sens_n = (judge.right_passed + 1) / (judge.right + 2), judge.right + 2
    gain = spec + sens - 1
    if gain <= 0:
        return Interval(_unit(value), 0.0, 1.0, round(n), level, "rogan-gladen")
    centre = (share + spec - 1) / gain
    wrong_part, right_part = spec * (1 - spec) / spec_n, sens * (1 - sens) / sens_n
    shift = 2 * z * z * (centre * right_part - (1 - centre) * wrong_part)
    spread = share * (1 - share) / size + (1 - centre) ** 2 * wrong_part + centre**2 * right_part
    half = z * math.sqrt(spread) / gain
    low, high = centre + shift - half, centre + shift + half
    if low > 1 or high < 0:  # the judge cannot err as it was measured to: nothing is known
        return Interval(_unit(value), 0.0, 1.0, round(n), level, "rogan-gladen")
    low, high = _unit(low), _unit(high)
    return Interval(_unit(value), low, high, round(n), level, "rogan-gladen")


def rogan_gladen_difference(judged: Interval, judge: JudgeCounts) -> Interval:
    """The true difference of two pass rates behind a judged one, when the judge errs alike on both.

    Both rates are stretched by the same factor, the judge's gain. Each bound is divided by that end of the gain's
    interval which makes the interval wider, so that it holds however the two errors fall together. Where the gain may
    be 0, nothing is known.

    Args:
        judged: The interval of candidate - baseline as judged, by whatever method fits the cases.
        judge: What it said of labelled replies.

    Raises:
        Uninformative: Sensitivity and specificity do not exceed 1 together.

    Source:
        W. J. Rogan and B. Gladen, American Journal of Epidemiology 107 (1978), 71-76; bounds of a ratio: E. C. Fieller,
        "Some problems in interval estimation", Journal of the Royal Statistical Society B 16 (1954), 175-185, made
        simpler and wider.
    """
    _require_informs(judge)
    gain = judge.gain(level=judged.level)
    value = _signed_unit(judged.value / gain.value)
    if gain.low <= 0:
        return Interval(value, -1.0, 1.0, judged.n, judged.level, "rogan-gladen")
    low = judged.low / (gain.low if judged.low < 0 else gain.high)
    high = judged.high / (gain.low if judged.high > 0 else gain.high)
    return Interval(value, _signed_unit(low), _signed_unit(high), judged.n, judged.level, "rogan-gladen")


@dataclass(frozen=True, slots=True)
class Predicted:
    """A mean that a judge's scores helped to find.

    Attributes:
        interval: The mean with its interval.
        weight: How much the judge was trusted, 0 (not at all: labels alone) upwards.
        labelled: How many labels there were.
    """

    interval: Interval
    weight: float
    labelled: int


def ppi_mean(
    labels: ArrayLike,
    predictions: ArrayLike,
    unlabelled: ArrayLike,
    *,
    level: float = 0.95,
    weight: float | None = None,
) -> Predicted:
    """Prediction-powered inference for a mean, of independent cases.

    Args:
        labels: What is true of the labelled cases, shape (m,).
        predictions: What the judge says of the same, shape (m,).
        unlabelled: What it says of other cases of the same kind, shape (N,).
        level: Two-sided confidence level, in (0, 1).
        weight: 1 is plain PPI; None takes the one with the smallest variance (PPI++, "power-tuned"), within [0, 1].

    Raises:
        ValueError: There are fewer than two labels or unlabelled cases, or labels without predictions.

    Source:
        A. N. Angelopoulos et al., "Prediction-powered inference", Science 382 (2023), 669-674; tuned: A. N.
        Angelopoulos, J. C. Duchi and T. Zrnic, "PPI++", arXiv:2311.01453 (2023), section 6.
    """
    require_level(level)
    truth, said, others = as_floats(labels), as_floats(predictions), as_floats(unlabelled)
    if len(truth) != len(said):
        raise ValueError(f"each label needs a prediction: {len(truth)} labels and {len(said)} predictions")
    if min(len(truth), len(others)) < 2:
        raise ValueError(f"at least two labelled and two other cases are needed, not {len(truth)} and {len(others)}")
    if weight is None:
        weight = _tuned(truth, said, others)
    value = weight * others.mean() + (truth - weight * said).mean()
    spread = weight**2 * others.var(ddof=1) / len(others) + (truth - weight * said).var(ddof=1) / len(truth)
    half = two_sided_z(level) * math.sqrt(spread)
    method = "ppi" if weight == 1 else "ppi++"
    n = len(truth) + len(others)
    return Predicted(
        Interval(float(value), float(value - half), float(value + half), n, level, method), weight, len(truth)
    )


def calibrated_mean(
    predictions: ArrayLike,
    labels: ArrayLike,
    chances: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    bounds: tuple[float, float] = (0.0, 1.0),
    weight: float | None = None,
    strata: ArrayLike | None = None,
) -> Predicted:
    """The mean of the truth over a run's cases, all of them judged and some of them labelled.

    PPI++ in the form for one set of cases: each case counts with the judge's score, and a labelled one also with how
    far the judge was off, in proportion to how seldom cases like it were drawn. Works for paired differences: hand
    over differences of scores, and of labels. The interval is Student's t over clusters that have a label.

    Labels that happen to agree with the judge everywhere do not show that it never errs. So the variance is never taken
    to be less than with one more label in each stratum, half at either bound.

    Args:
        predictions: What the judge says of each case, shape (n,).
        labels: What is true, shape (n,); NaN where nobody labelled it.
        chances: With what chance each case was drawn to be labelled, shape (n,), in (0, 1]; None: all alike.
        clusters: The cluster of each case, shape (n,); None: each is one of its own.
        level: Two-sided confidence level, in (0, 1).
        bounds: Lowest and highest possible value.
        weight: How much the judge is trusted; None takes the one with the smallest variance, not below 0.
        strata: Of each case the stratum within which labels were drawn, shape (n,); None: what the judge says of it.

    Raises:
        ValueError: The shapes differ, a chance is not in (0, 1], or there are fewer than two labels.

    Source:
        A. N. Angelopoulos, J. C. Duchi and T. Zrnic, "PPI++", arXiv:2311.01453 (2023); unequal chances: C.-E. Särndal,
        B. Swensson and J. Wretman, "Model assisted survey sampling" (1992), chapter 6 (the difference estimator); the
        further label is the idea of A. Agresti and B. A. Coull, The American Statistician 52 (1998), 119-126.
    """
    require_level(level)
    said, truth = as_floats(predictions), np.asarray(labels, dtype=np.float64)
    if truth.shape != said.shape:
        raise ValueError(f"there must be a place for a label of each of {len(said)} cases, not {truth.shape}")
    known = np.isfinite(truth)
    count = int(known.sum())
    if count < 2:
        raise ValueError(f"at least two labels are needed, not {count}")
    drawn = _drawn(known, chances)
    index, groups = cluster_index(np.arange(len(said)) if clusters is None else clusters, len(said))
    centre_truth, centre_said = float((drawn * np.where(known, truth, 0)).mean()), float((drawn * said).mean())
    # What each case adds to the error of the estimate: its label's part, and the judge's part for a weight of 1.
    from_labels = drawn * np.where(known, truth - centre_truth, 0.0)
    from_judge = (said - said.mean()) - drawn * (said - centre_said)
    label_part, judge_part = (np.bincount(index, weights=part, minlength=groups) for part in (from_labels, from_judge))
    if weight is None:
        square = float((judge_part**2).sum())
        weight = max(0.0, -float((label_part * judge_part).sum()) / square) if square > 0 else 0.0
    value = centre_truth + weight * (float(said.mean()) - centre_said)
    low, high = bounds
    inside = min(max(value, low), high)
    if groups < 2:
        return Predicted(Interval(inside, low, high, len(said), level, "ppi++"), weight, count)
    spread = float(((label_part + weight * judge_part) ** 2).sum()) * groups / (groups - 1) / len(said) ** 2
    spread = max(spread, _least_variance(truth, said if strata is None else np.asarray(strata), bounds))
    labelled_groups = len(np.unique(index[known]))
    half = t_quantile((1 + level) / 2, max(1, labelled_groups - 1)) * math.sqrt(spread)
    ends = max(low, min(value - half, inside)), min(high, max(value + half, inside))
    return Predicted(Interval(inside, *ends, len(said), level, "ppi++"), weight, count)


def _least_variance(truth: Floats, strata: "np.typing.NDArray[np.generic]", bounds: tuple[float, float]) -> float:
    """The variance of the stratified mean with a further label in each stratum, half at either bound."""
    _, place = np.unique(strata, return_inverse=True)
    known = np.isfinite(truth)
    sizes = np.bincount(place)
    labels = np.bincount(place[known], minlength=len(sizes))
    sums = np.bincount(place[known], truth[known], minlength=len(sizes))
    squares = np.bincount(place[known], truth[known] ** 2, minlength=len(sizes))
    more = labels + 1
    mean = (sums + sum(bounds) / 2) / more
    each = np.maximum(0.0, (squares + (bounds[0] ** 2 + bounds[1] ** 2) / 2) / more - mean**2) / more
    share = sizes / len(truth)
    between = (share * (mean - (share * mean).sum()) ** 2).sum() / len(truth)
    return float((share**2 * each).sum() + between)


def _require_informs(judge: JudgeCounts) -> None:
    if not judge.informs:
        raise Uninformative(
            f"the judge passes {judge.right_passed:g} of {judge.right:g} right replies and fails "
            f"{judge.wrong_failed:g} of {judge.wrong:g} wrong ones, so its verdicts tell nothing"
        )


def _share(part: float, whole: float, level: float) -> Interval:
    value = part / whole if whole else 0.0
    low, high = wilson_bounds(value, whole, two_sided_z(level))
    return Interval(value, low, high, round(whole), level, "wilson")


def _corrected(share: float, specificity: float, sensitivity: float) -> float:
    return (share + specificity - 1) / (specificity + sensitivity - 1)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _signed_unit(value: float) -> float:
    return min(1.0, max(-1.0, value))


def _tuned(truth: Floats, said: Floats, others: Floats) -> float:
    spread = float(np.concatenate([said, others]).var(ddof=1))
    if spread == 0:
        return 0.0
    together = float(np.cov(truth, said)[0, 1])
    return min(1.0, max(0.0, together / ((1 + len(truth) / len(others)) * spread)))


def _drawn(known: "np.typing.NDArray[np.bool_]", chances: ArrayLike | None) -> Floats:
    """One over the chance of being labelled where it was, else 0; scaled so that they come to the number of cases."""
    if chances is None:
        return np.where(known, len(known) / known.sum(), 0.0)
    given = as_floats(chances)
    if given.shape != known.shape or not (given > 0).all() or given.max() > 1:
        raise ValueError("each case needs a chance of being labelled, above 0 and at most 1")
    found = np.where(known, 1 / given, 0.0)
    scaled: Floats = found * len(known) / found.sum()
    return scaled
