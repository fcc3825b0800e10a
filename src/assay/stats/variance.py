"""Where the noise comes from: cases that differ, a model that answers differently each time, a judge that wavers.

The first part can only be brought down by more cases, the second by more repeats, the third by asking the judge again.
What a plan is made of; the interval of a result needs none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.clusters import Floats, as_floats, cluster_index


@dataclass(frozen=True, slots=True)
class VarianceSplit:
    """The parts of the variance of one score.

    Attributes:
        items: Variance of the cases' own means (omega squared).
        repeats: Variance of repeats of one case (sigma squared); None when no case was repeated.
        judge: Variance of one reply's score when it is judged again; None when none was. It is not in ``repeats``.
        cases: Number of cases.
        samples: Number of scores.
    """

    items: float
    repeats: float | None
    judge: float | None
    cases: int
    samples: int

    def of_mean(self, cases: int, repeats: int = 1, judgings: int = 1) -> float:
        """Variance of the mean of so many cases, each repeated and judged so often.

        Without an estimate of a part, its noise is in the part before it and stays there.

        Source:
            E. Miller, "Adding error bars to evals", arXiv:2411.00640 (2024), section 3.
        """
        within = (self.repeats or 0.0) / repeats + (self.judge or 0.0) / (repeats * judgings)
        return (self.items + within) / cases


def split_variance(values: ArrayLike, cases: ArrayLike) -> VarianceSplit:
    """The variance between cases and within them, from repeats; without bias, for unequal numbers of repeats as well.

    Args:
        values: Scores, or differences of pairs, shape (n,).
        cases: The case of each, shape (n,).

    Returns:
        With one repeat of each case all variance is in ``items``. An estimate below 0 is 0.

    Source:
        S. R. Searle, G. Casella and C. E. McCulloch, "Variance components" (1992), section 3.6: the analysis
        of variance of one-way random effects.
    """
    found = as_floats(values)
    index, groups = cluster_index(cases, len(found))
    if groups < 2:
        return VarianceSplit(0.0, None, None, groups, len(found))
    between, within = _one_way(found, index, groups)
    return VarianceSplit(between, within, None, groups, len(found))


def split_judged(scores: Mapping[str, Sequence[Sequence[float]]]) -> VarianceSplit:
    """The same with a third part: replies that were judged several times.

    Args:
        scores: For each case its replies, and for each reply the scores of its judgings.

    Returns:
        ``judge`` is None when no reply was judged twice.
    """
    replies, reply_case, again = list[float](), list[int](), list[Floats]()
    for number, of_case in enumerate(scores.values()):
        for judgings in of_case:
            again.append(as_floats(judgings))
            replies.append(float(again[-1].mean()))
            reply_case.append(number)
    split = split_variance(replies, reply_case)
    spare = sum(len(values) - 1 for values in again)
    if not spare:
        return split
    judge = sum(float(((values - values.mean()) ** 2).sum()) for values in again) / spare
    noise = judge * float(np.mean([1 / len(values) for values in again]))  # of the mean of a reply's judgings
    if split.repeats is None:
        items = max(0.0, split.items - noise)
        return VarianceSplit(items, None, judge, split.cases, sum(map(len, again)))
    return VarianceSplit(split.items, max(0.0, split.repeats - noise), judge, split.cases, sum(map(len, again)))


def _one_way(values: Floats, index: "np.typing.NDArray[np.intp]", groups: int) -> tuple[float, float | None]:
    sizes = np.bincount(index, minlength=groups).astype(np.float64)
    means = np.bincount(index, weights=values, minlength=groups) / sizes
    n, spare = len(values), len(values) - groups
    if spare == 0:
        return float(means.var(ddof=1)), None
    within = float(((values - means[index]) ** 2).sum() / spare)
    between = float((sizes * (means - values.mean()) ** 2).sum() / (groups - 1))
    usual = (n - (sizes**2).sum() / n) / (groups - 1)
    return max(0.0, (between - within) / float(usual)), within
