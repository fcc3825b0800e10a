"""Means and their standard errors, with clusters and without."""

import math
import statistics
import warnings
from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay.stats.interval import Interval
from assay.stats.mean import ClusterMoments, MeanSummary, Moments, clustered_interval, mean_interval

scores = st.floats(0, 1)
clusters = st.none() | st.sampled_from("abcdefgh")
rows = st.lists(st.tuples(scores, clusters), max_size=50)

PUBLISHED = [1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0]


def plain(values: list[float]) -> Moments:
    moments = Moments()
    for value in values:
        moments.add(value)
    return moments


def clustered(pairs: list[tuple[float, str | None]]) -> ClusterMoments:
    moments = ClusterMoments()
    for score, cluster in pairs:
        moments.add(score, cluster=cluster)
    return moments


def in_threes(values: list[float]) -> ClusterMoments:
    return clustered([(value, str(i // 3)) for i, value in enumerate(values)])


def test_the_worked_example_of_six_clusters_of_three():
    found = in_threes(PUBLISHED).summary()

    assert (found.n, found.clusters) == (18, 6)
    assert round(found.mean, 5) == 0.61111
    assert round(found.se_iid, 6) == 0.118236
    assert round(found.se_clustered, 6) == 0.122138
    assert round(found.se_corrected, 6) == 0.133795


def test_its_interval_uses_t_with_five_degrees_of_freedom():
    found = clustered_interval(in_threes(PUBLISHED))
    half = stats.t.ppf(0.975, 5) * 0.13379549531991441

    assert found.low == pytest.approx(11 / 18 - half)
    assert found.high == pytest.approx(11 / 18 + half)
    assert (found.n, found.level, found.method) == (18, 0.95, "clustered-t")


@given(st.lists(scores, min_size=2, max_size=50))
def test_moments_agree_with_the_standard_library(values):
    moments = plain(values)

    assert moments.mean == float(statistics.mean(map(Fraction, values)))
    assert moments.variance() == pytest.approx(statistics.variance(values), rel=1e-9, abs=1e-300)


@given(st.lists(st.tuples(scores, st.sampled_from("abcdefgh")), min_size=3, max_size=50))
def test_clustered_errors_agree_with_statsmodels(pairs):
    values = np.array([score for score, _ in pairs])
    names = [name for _, name in pairs]
    if len(set(names)) < 2:
        return
    found = clustered(pairs).summary()
    groups = np.array([sorted(set(names)).index(name) for name in names])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # data without spread make it divide by zero, beside the point here
        model = sm.OLS(values, np.ones_like(values))
        theirs = {
            corrected: model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": corrected}).bse[0]
            for corrected in (False, True)
        }

    assert found.se_clustered == pytest.approx(theirs[False], rel=1e-6, abs=1e-9)
    # For a mean its correction G / (G - 1) * (n - 1) / (n - k) has k = 1, and so is ours.
    assert found.se_corrected == pytest.approx(theirs[True], rel=1e-6, abs=1e-9)


@given(st.lists(scores, min_size=2, max_size=50))
def test_clusters_of_one_change_nothing(values):
    alone = clustered([(value, None) for value in values]).summary()
    named = clustered([(value, f"c{i}") for i, value in enumerate(values)]).summary()

    assert alone == named
    assert alone.se_corrected == pytest.approx(plain(values).summary().se_iid, rel=1e-12, abs=1e-300)


@given(rows, st.integers(0, 50), st.randoms(use_true_random=False))
def test_neither_the_order_nor_a_merge_changes_the_last_bit(pairs, cut, order):
    merged, second = clustered(pairs[:cut]), clustered(pairs[cut:])
    merged.merge(second)
    shuffled = pairs.copy()
    order.shuffle(shuffled)

    assert merged.summary() == clustered(pairs).summary() == clustered(shuffled).summary()


@given(st.lists(scores, max_size=30), st.lists(scores, max_size=30))
def test_merging_moments_equals_one_pass(some, others):
    merged = plain(some)
    merged.merge(plain(others))

    assert merged == plain(some + others)


@given(rows, st.floats(0.01, 0.999))
def test_an_interval_holds_its_mean_and_stays_within_bounds(pairs, level):
    for found in (
        clustered_interval(clustered(pairs), level=level),
        mean_interval(plain([score for score, _ in pairs]), level=level),
    ):
        assert 0 <= found.low <= found.value <= found.high <= 1


@given(rows, st.floats(0.01, 0.999), st.floats(0.01, 0.999))
def test_a_higher_level_never_narrows_the_interval(pairs, one, other):
    moments = clustered(pairs)
    narrow, wide = (clustered_interval(moments, level=level) for level in sorted((one, other)))

    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@given(st.lists(st.tuples(scores, clusters), min_size=2, max_size=20), st.integers(2, 5))
def test_more_clusters_of_the_same_kind_never_widen_the_interval(pairs, times):
    moments = clustered(pairs)
    if moments.clusters < 2:
        return
    copies = [(score, name and f"{name}{i}") for i in range(times) for score, name in pairs]
    few, many = clustered_interval(moments), clustered_interval(clustered(copies))

    assert few.low <= many.low + 1e-12
    assert many.high <= few.high + 1e-12


@given(rows)
def test_scores_are_never_worth_more_than_their_number(pairs):
    assert 0 <= clustered(pairs).summary().effective_n() <= len(pairs)


@given(st.lists(scores, min_size=2, max_size=50))
def test_independent_scores_are_worth_their_number(values):
    summary = plain(values).summary()

    if summary.se_iid:
        assert summary.effective_n() == pytest.approx(len(values) - 1)


def test_repeating_every_score_in_its_cluster_adds_nothing_to_their_worth():
    repeated = clustered([(float(i % 3 == 0), str(i)) for i in range(30) for _ in range(8)])

    assert repeated.summary().effective_n() == pytest.approx(29)


def test_data_that_do_not_vary_still_leave_room_for_what_was_not_seen():
    found = clustered_interval(clustered([(1.0, str(i)) for i in range(10)]))

    assert (found.value, round(found.low, 4), found.high, found.method) == (1.0, 0.6915, 1.0, "zero-variance")


def test_clusters_that_differ_only_inside_count_as_not_varying():
    found = clustered_interval(clustered([(score, name) for name in "abc" for score in (0, 1)]))

    assert found.method == "zero-variance"
    assert found.low == pytest.approx(0.5 - 0.5 * (1 - 0.025 ** (1 / 3)))


@pytest.mark.parametrize("interval_of_nothing", [mean_interval(Moments()), clustered_interval(ClusterMoments())])
def test_without_scores_nothing_is_known(interval_of_nothing):
    assert interval_of_nothing.n == 0
    assert (interval_of_nothing.value, interval_of_nothing.low, interval_of_nothing.high) == (0, 0, 1)


def test_one_score_or_one_cluster_shows_nothing():
    assert mean_interval(plain([0.7])) == Interval(0.7, 0.0, 1.0, 1, 0.95, "t")
    assert clustered_interval(clustered([(0.25, "a"), (0.75, "a")])) == Interval(0.5, 0.0, 1.0, 2, 0.95, "clustered-t")


def test_standard_errors_that_can_not_be_known_are_none():
    assert Moments().summary() == MeanSummary(0, 0, 0.0, None, None, None)
    assert clustered([(0.25, "a"), (0.75, "a")]).summary() == MeanSummary(2, 1, 0.5, 0.25, None, None)
    assert Moments().variance() is None
    assert Moments().summary().effective_n() == 0


def test_without_bounds_the_interval_is_not_cut():
    found = mean_interval(plain([10.0, 30.0, 20.0]), bounds=None)
    theirs = stats.ttest_1samp([10.0, 30.0, 20.0], 0).confidence_interval(0.95)

    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
    assert mean_interval(plain([10.0]), bounds=None).low == -math.inf
    assert mean_interval(plain([10.0, 10.0]), bounds=None) == Interval(10.0, 10.0, 10.0, 2, 0.95, "t")


def test_a_mean_outside_its_bounds_is_refused():
    with pytest.raises(ValueError, match=r"the mean 2\.0 lies outside its bounds 0\.0 to 1\.0"):
        mean_interval(plain([2.0]))


@pytest.mark.parametrize("level", [0, 1, 95, math.nan])
def test_a_level_outside_0_and_1_is_refused(level):
    with pytest.raises(ValueError, match=f"a confidence level must be between 0 and 1, not {level}"):
        clustered_interval(in_threes(PUBLISHED), level=level)


@pytest.mark.parametrize("score", [math.nan, math.inf])
def test_a_score_that_is_no_finite_number_is_refused(score):
    with pytest.raises(ValueError, match=f"a score must be a finite number, not {score}"):
        clustered([(score, "a")])


def test_memory_does_not_grow_with_scores_that_have_no_cluster():
    moments = clustered([(i / 1000, None) for i in range(1000)])

    assert moments.named == {}
    assert moments.every.squares.bits <= 2 * 1074


def test_scores_that_rounding_alone_sets_apart_show_no_certainty():
    moments = ClusterMoments()
    for score in (0.3 - 0.2, 0.2 - 0.1, 0.4 - 0.3):
        moments.add(score)
    found = clustered_interval(moments, bounds=(-1.0, 1.0))

    assert found.method == "zero-variance"
    assert found.low < -0.5
