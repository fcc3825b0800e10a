"""Two variants on the same cases: McNemar, Tango, Agresti-Min, and the choice between intervals."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar

from assay.stats.interval import Interval
from assay.stats.mean import ClusterMoments, clustered_interval
from assay.stats.paired import Pairs, agresti_min, mcnemar, paired_difference, tango

levels = st.floats(0.5, 0.999)
BOTH = pytest.mark.parametrize("method", [tango, agresti_min])


@st.composite
def flips(draw: st.DrawFn) -> tuple[int, int, int]:
    n = draw(st.integers(1, 500))
    gained = draw(st.integers(0, n))
    return gained, draw(st.integers(0, n - gained)), n


binary_pairs = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.sampled_from([0, 1]), st.none() | st.sampled_from("abcdef")), max_size=40
)
score_pairs = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.none() | st.sampled_from("abcdef")), max_size=40)


def gather(rows: list[tuple[float, float, str | None]]) -> Pairs:
    pairs = Pairs()
    for baseline, candidate, cluster in rows:
        pairs.add(baseline, candidate, cluster=cluster)
    return pairs


@pytest.mark.parametrize(
    ("gained", "lost", "exact", "mid"),
    [
        (8, 2, 0.10938, 0.06543),
        (15, 5, 0.04139, 0.0266),
        (30, 15, 0.0357, 0.0259),
        (6, 0, 0.03125, 0.01562),
        (5, 0, 0.0625, 0.03125),
        # M. W. Fagerland, S. Lydersen and P. Laake, Statistical Analysis of Contingency Tables (2017), chapter 8
        (6, 16, 0.052479, 0.034690),
    ],
)
def test_mcnemar_gives_the_published_p_values(gained, lost, exact, mid):
    found = mcnemar(gained, lost)

    assert found.p_exact == pytest.approx(exact, abs=5.1e-5)
    assert found.p_mid == pytest.approx(mid, abs=5.1e-5)


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_mcnemar_agrees_with_statsmodels_in_both_directions(gained, lost):
    found = mcnemar(gained, lost)

    assert found.p_exact == pytest.approx(their_mcnemar([[0, gained], [lost, 0]], exact=True).pvalue, rel=1e-8)
    assert (found.p_exact, found.p_mid) == (mcnemar(lost, gained).p_exact, mcnemar(lost, gained).p_mid)
    assert 0 <= found.p_mid <= found.p_exact <= 1


def test_fewer_than_six_flips_can_not_be_significant():
    assert all(mcnemar(gained, 0).p_exact > 0.05 for gained in range(6))
    assert mcnemar(6, 0).p_exact < 0.05


@pytest.mark.parametrize("equal", [0, 1, 7, 300])
def test_as_many_gained_as_lost_gives_a_p_value_of_1(equal):
    assert mcnemar(equal, equal).p_exact == 1
    assert mcnemar(equal, equal).p_mid == pytest.approx(1)


@pytest.mark.parametrize(
    ("gained", "lost", "n", "level", "low", "high"),
    [
        (9, 12, 200, 0.95, -0.06359, 0.03211),
        (9, 12, 200, 0.90, -0.05501, 0.02389),
        (6, 16, 161, 0.95, -0.1240, -0.0054),  # Fagerland, Lydersen and Laake 2017, chapter 8
        (1, 7, 21, 0.95, -0.517, -0.026),  # the same
    ],
)
def test_tango_gives_the_published_intervals(gained, lost, n, level, low, high):
    found = tango(gained, lost, n, level=level)
    tolerance = 0.51 * 10 ** -len(str(high).partition(".")[2])

    assert found.low == pytest.approx(low, abs=tolerance)
    assert found.high == pytest.approx(high, abs=tolerance)
    assert (found.value, found.n, found.level, found.method) == ((gained - lost) / n, n, level, "tango")


@pytest.mark.parametrize(
    ("gained", "lost", "n", "low", "high"), [(9, 12, 200, -0.06032, 0.03061), (6, 16, 161, -0.1182, -0.0045)]
)
def test_agresti_min_gives_the_published_intervals(gained, lost, n, low, high):
    found = agresti_min(gained, lost, n)

    assert (found.low, found.high) == pytest.approx((low, high), abs=5.1e-5)
    assert (found.value, found.method) == ((gained - lost) / n, "agresti-min")


@settings(max_examples=25)
@given(counts=flips(), level=st.floats(0.8, 0.99))
def test_tango_agrees_with_a_score_test_whose_likelihood_is_maximised_by_search(counts, level):
    gained, lost, n = counts
    target = math.sqrt(2) * inverse_error_function(level)
    found = tango(gained, lost, n, level=level)

    for end, sign in ((found.high, 1), (found.low, -1)):
        if abs(end) < 1 - 1e-6:
            assert sign * score(gained, lost, n, end) == pytest.approx(-target, abs=1e-3)


def inverse_error_function(level: float) -> float:
    return brentq(lambda x: math.erf(x) - level, 0, 5)


def score(gained: int, lost: int, n: int, difference: float) -> float:
    """Tango's statistic, its nuisance share found by a search along the likelihood."""

    def against(loss: float) -> float:
        gain, equal = loss + difference, 1 - 2 * loss - difference
        parts = ((gained, gain), (lost, loss), (n - gained - lost, equal))
        return -sum(count * math.log(max(share, 1e-300)) for count, share in parts if count)

    bounds = (max(0.0, -difference), (1 - difference) / 2)
    loss = minimize_scalar(against, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x
    return (gained - lost - n * difference) / math.sqrt(n * (2 * loss + difference - difference**2))


@BOTH
@given(counts=flips(), level=st.floats(0.9, 0.999))
def test_an_interval_holds_its_value_and_stays_within_minus_1_and_1(method, counts, level):
    found = method(*counts, level=level)

    assert -1 <= found.low <= found.value <= found.high <= 1


@BOTH
@given(counts=flips(), level=levels)
def test_swapping_the_variants_mirrors_the_interval(method, counts, level):
    gained, lost, n = counts
    found, swapped = method(gained, lost, n, level=level), method(lost, gained, n, level=level)

    assert (found.low, found.high) == (-swapped.high, -swapped.low)


@BOTH
@given(counts=flips(), one=levels, other=levels)
def test_a_higher_level_never_narrows_the_interval(method, counts, one, other):
    narrow, wide = (method(*counts, level=level) for level in sorted((one, other)))

    assert wide.low <= narrow.low + 1e-9
    assert narrow.high <= wide.high + 1e-9


@given(counts=flips(), level=levels, times=st.integers(2, 10))
def test_more_pairs_of_the_same_kind_never_widen_tangos_interval(counts, level, times):
    few, many = tango(*counts, level=level), tango(*(count * times for count in counts), level=level)

    assert few.low <= many.low + 1e-9
    assert many.high <= few.high + 1e-9


@given(counts=flips(), level=levels)
def test_turning_a_lost_case_into_a_gained_one_raises_both_ends(counts, level):
    gained, lost, n = counts
    if lost:
        before, after = tango(gained, lost, n, level=level), tango(gained + 1, lost - 1, n, level=level)

        assert before.low <= after.low + 1e-9
        assert before.high <= after.high + 1e-9


def test_no_flip_in_a_hundred_still_leaves_a_width():
    found = tango(0, 0, 100)
    z_squared = 1.959963984540054**2

    assert found.high == -found.low == pytest.approx(z_squared / (100 + z_squared))


@BOTH
def test_without_pairs_nothing_is_known(method):
    found = method(0, 0, 0)

    assert (found.value, found.low, found.high, found.n) == (0, -1, 1, 0)


@given(score_pairs, st.floats(0.5, 0.999))
def test_paired_difference_is_the_clustered_t_of_the_differences(rows, level):
    differences = ClusterMoments()
    for baseline, candidate, cluster in rows:
        differences.add(candidate - baseline, cluster=cluster)

    assert paired_difference(differences, level=level) == clustered_interval(
        differences, level=level, bounds=(-1.0, 1.0)
    )


def test_passes_of_independent_cases_get_tangos_interval():
    rows = [(0, 1, None)] * 9 + [(1, 0, None)] * 12 + [(1, 1, None)] * 179

    assert gather(rows).interval() == tango(9, 12, 200)
    assert gather([(*scores, str(i)) for i, (*scores, _) in enumerate(rows)]).interval() == tango(9, 12, 200)


def test_scores_between_0_and_1_get_the_clustered_t():
    pairs = gather([(0.5, 0.75, None), (0.5, 0.5, None), (1.0, 0.75, None)])

    assert pairs.interval() == paired_difference(pairs.differences)
    assert (pairs.gained, pairs.lost, pairs.n, pairs.binary) == (1, 1, 3, False)


def test_clusters_of_one_verdict_repeated_count_once():
    once = [(0, 1, str(i)) for i in range(9)] + [(1, 0, str(i)) for i in range(9, 21)]
    once += [(1, 1, str(i)) for i in range(21, 200)]
    repeated = gather([row for row in once for _ in range(5)]).interval(level=0.9)
    plain = gather(once).interval(level=0.9)

    assert repeated.method == "clustered-tango"
    assert repeated.n == 1000
    assert (repeated.low, repeated.high) == pytest.approx((plain.low, plain.high), abs=1e-3)


@given(binary_pairs, levels)
def test_the_chosen_interval_holds_its_value_and_stays_within_minus_1_and_1(rows, level):
    found = gather(rows).interval(level=level)

    assert -1 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1
    assert found.low <= found.high


@given(st.one_of(binary_pairs, score_pairs), levels)
def test_swapping_the_variants_mirrors_the_chosen_interval(rows, level):
    found = gather(rows).interval(level=level)
    swapped = gather([(candidate, baseline, cluster) for baseline, candidate, cluster in rows]).interval(level=level)

    assert (found.low, found.high) == pytest.approx((-swapped.high, -swapped.low), abs=1e-9)
    assert found.method == swapped.method


@given(st.one_of(binary_pairs, score_pairs), st.integers(0, 40), st.randoms(use_true_random=False))
def test_neither_the_order_nor_a_merge_changes_anything(rows, cut, order):
    merged, second = gather(rows[:cut]), gather(rows[cut:])
    merged.merge(second)
    shuffled = rows.copy()
    order.shuffle(shuffled)

    assert merged.interval() == gather(rows).interval() == gather(shuffled).interval()
    assert (merged.gained, merged.lost, merged.n) == (gather(rows).gained, gather(rows).lost, len(rows))


def test_one_cluster_alone_shows_nothing():
    binary = gather([(0, 1, "only"), (0, 1, "only")]).interval()
    other = gather([(0.0, 0.5, "only"), (0.0, 0.5, "only")]).interval()

    assert binary == Interval(1.0, -1.0, 1.0, 2, 0.95, "clustered-tango")
    assert other == Interval(0.5, -1.0, 1.0, 2, 0.95, "clustered-t")


def test_without_pairs_the_chosen_interval_is_all():
    assert Pairs().interval() == Interval(0.0, -1.0, 1.0, 0, 0.95, "tango")


@given(st.one_of(binary_pairs, score_pairs))
def test_the_variance_to_plan_with_is_never_0(rows):
    assert gather(rows).planning_variance() > 0


def test_the_variance_to_plan_with_comes_from_the_flips_or_from_the_clusters():
    independent = gather([(0, 1, None)] * 9 + [(1, 0, None)] * 12 + [(1, 1, None)] * 179)
    repeated = gather([(0, 1, str(i)) if i % 2 else (1, 0, str(i)) for i in range(20) for _ in range(5)])

    assert independent.planning_variance() == 22 / 202
    assert repeated.planning_variance() == pytest.approx(100 * repeated.differences.summary().se_corrected ** 2)


@BOTH
@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((-1, 0, 10), "gained and lost must not be negative, not -1 and 0"),
        ((0, -1, 10), "gained and lost must not be negative, not 0 and -1"),
        ((6, 5, 10), r"must not exceed the number of pairs, not 6 \+ 5 of 10"),
    ],
)
def test_impossible_counts_are_refused(method, counts, sentence):
    with pytest.raises(ValueError, match=sentence):
        method(*counts)


def test_mcnemar_refuses_negative_counts():
    with pytest.raises(ValueError, match="must not be negative, not -1 and 3"):
        mcnemar(-1, 3)


@BOTH
@pytest.mark.parametrize("level", [0, 1, 90, math.nan])
def test_a_level_outside_0_and_1_is_refused(method, level):
    with pytest.raises(ValueError, match=f"a confidence level must be between 0 and 1, not {level}"):
        method(1, 2, 10, level=level)


@pytest.mark.parametrize("rows", [[], [(0, 1, "a"), (0, 1, "a")], [(0.5, 1, None)]])
def test_a_level_outside_0_and_1_is_refused_by_pairs(rows):
    with pytest.raises(ValueError, match="a confidence level must be between 0 and 1, not 90"):
        gather(rows).interval(level=90)


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan, math.inf])
def test_a_score_outside_0_and_1_is_refused_and_leaves_no_trace(bad):
    pairs = gather([(0, 1, None)])
    for scores in ((bad, 0.5), (0.5, bad)):
        with pytest.raises(ValueError, match=f"a score must be between 0 and 1, not {bad}"):
            pairs.add(*scores)

    assert pairs == gather([(0, 1, None)])
