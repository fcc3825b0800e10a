"""Wilson and Clopper-Pearson against published numbers, another implementation, and what must always hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from assay.stats.interval import Interval
from assay.stats.proportion import (
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    wilson,
    wilson_bounds,
    wilson_lower,
    wilson_upper,
    zero_failures_needed,
)

BOTH = pytest.mark.parametrize("method", [wilson, clopper_pearson])
ONE_SIDED = pytest.mark.parametrize("bound", [wilson_lower, wilson_upper, clopper_pearson_lower, clopper_pearson_upper])
levels = st.floats(0.5, 0.9999)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 2000))
    return draw(st.integers(0, n)), n


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (10, 10, 0.7225, 1.0),
        (45, 50, 0.7864, 0.9565),
        (85, 100, 0.7672, 0.9069),
        (29, 30, 0.8333, 0.9941),
        # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(successes, n, low, high):
    found = wilson(successes, n)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert (found.value, found.n, found.level, found.method) == (successes / n, n, 0.95, "wilson")


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (10, 10, 0.6915, 1.0),
        (45, 50, 0.7819, 0.9667),
        # Newcombe 1998, table I, method 5
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_clopper_pearson_gives_the_published_intervals(successes, n, low, high):
    found = clopper_pearson(successes, n)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert (found.value, found.n, found.level, found.method) == (successes / n, n, 0.95, "clopper-pearson")


@pytest.mark.parametrize(("method", "theirs"), [(wilson, "wilson"), (clopper_pearson, "beta")])
@given(counts=counts(), level=levels)
def test_two_sided_intervals_agree_with_statsmodels(method, theirs, counts, level):
    low, high = proportion_confint(*counts, alpha=1 - level, method=theirs)
    found = method(*counts, level=level)

    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


@BOTH
@given(counts=counts(), level=st.floats(0.001, 0.9999))
def test_an_interval_holds_its_value_and_stays_within_0_and_1(method, counts, level):
    found = method(*counts, level=level)

    assert 0 <= found.low <= found.value <= found.high <= 1


@BOTH
@given(counts=counts(), level=levels)
def test_counting_failures_instead_of_successes_mirrors_the_interval(method, counts, level):
    successes, n = counts
    passes, failures = method(successes, n, level=level), method(n - successes, n, level=level)

    assert passes.low == pytest.approx(1 - failures.high, abs=1e-9)
    assert passes.high == pytest.approx(1 - failures.low, abs=1e-9)


@BOTH
@given(counts=counts(), level=levels, times=st.integers(2, 20))
def test_more_cases_at_the_same_share_never_widen_the_interval(method, counts, level, times):
    successes, n = counts
    few, many = method(successes, n, level=level), method(successes * times, n * times, level=level)

    assert few.low <= many.low + 1e-12
    assert many.high <= few.high + 1e-12


@BOTH
@given(counts=counts(), one=levels, other=levels)
def test_a_higher_level_never_narrows_the_interval(method, counts, one, other):
    narrow, wide = (method(*counts, level=level) for level in sorted((one, other)))

    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@BOTH
@given(counts=counts(), level=levels)
def test_one_more_success_raises_both_ends(method, counts, level):
    successes, n = counts
    less, more = method(successes, n + 1, level=level), method(successes + 1, n + 1, level=level)

    assert less.low <= more.low
    assert less.high <= more.high


@pytest.mark.parametrize(
    ("two_sided", "lower", "upper"),
    [(wilson, wilson_lower, wilson_upper), (clopper_pearson, clopper_pearson_lower, clopper_pearson_upper)],
)
@given(counts=counts(), level=st.floats(0.01, 0.999))
def test_an_interval_is_two_one_sided_bounds(two_sided, lower, upper, counts, level):
    both, side = two_sided(*counts, level=level), (1 + level) / 2

    assert lower(*counts, level=side) == pytest.approx(both.low, abs=1e-12)
    assert upper(*counts, level=side) == pytest.approx(both.high, abs=1e-12)


@pytest.mark.parametrize(("method", "name"), [(wilson, "wilson"), (clopper_pearson, "clopper-pearson")])
def test_without_cases_nothing_is_known(method, name):
    assert method(0, 0) == Interval(value=0.0, low=0.0, high=1.0, n=0, level=0.95, method=name)


def test_without_cases_one_sided_bounds_say_nothing():
    assert [wilson_lower(0, 0), clopper_pearson_lower(0, 0)] == [0, 0]
    assert [wilson_upper(0, 0), clopper_pearson_upper(0, 0)] == [1, 1]


@pytest.mark.parametrize("n", [1, 7, 10, 333, 10**9])
def test_all_or_no_successes_reach_the_edge_exactly(n):
    for method in (wilson, clopper_pearson):
        assert method(n, n).high == 1
        assert method(0, n).low == 0


def test_wilson_takes_a_number_of_cases_that_is_not_whole():
    between = wilson_bounds(0.9, 50.5, 1.96)

    assert wilson_bounds(0.9, 50, 1.96)[0] < between[0] < wilson_bounds(0.9, 51, 1.96)[0]


@pytest.mark.parametrize(("p_max", "n"), [(0.05, 59), (0.01, 299), (0.001, 2995)])
def test_zero_failures_needed_gives_the_published_numbers(p_max, n):
    assert zero_failures_needed(p_max) == n


def test_none_of_a_hundred_shows_at_most_2_95_percent():
    assert round(clopper_pearson_upper(0, 100), 4) == 0.0295


@given(p_max=st.floats(0.0005, 0.9), level=st.floats(0.5, 0.999))
def test_zero_failures_needed_is_the_smallest_number_that_shows_it(p_max, level):
    n = zero_failures_needed(p_max, level=level)

    assert clopper_pearson_upper(0, n, level=level) <= p_max * (1 + 1e-6)
    assert clopper_pearson_upper(0, n - 1, level=level) > p_max


def test_a_whole_quotient_gains_no_case_by_rounding():
    assert [zero_failures_needed(0.5, level=1 - 0.5**n) for n in range(1, 40)] == list(range(1, 40))


@BOTH
@pytest.mark.parametrize(("successes", "n"), [(-1, 10), (11, 10), (1, 0), (0, -1)])
def test_impossible_counts_are_refused(method, successes, n):
    with pytest.raises(ValueError, match=f"successes must be between 0 and n, not {successes} of {n}"):
        method(successes, n)


@ONE_SIDED
def test_impossible_counts_are_refused_by_one_sided_bounds(bound):
    with pytest.raises(ValueError, match="not 3 of 2"):
        bound(3, 2)


@BOTH
@pytest.mark.parametrize("level", [0, 1, 95, -0.1, math.nan])
def test_a_level_outside_0_and_1_is_refused(method, level):
    with pytest.raises(ValueError, match=f"a confidence level must be between 0 and 1, not {level}"):
        method(1, 2, level=level)


@ONE_SIDED
@pytest.mark.parametrize("level", [0.05, 1, 95, math.nan])
def test_a_one_sided_level_below_one_half_is_refused(bound, level):
    with pytest.raises(ValueError, match=f"must be at least 0.5 and below 1, not {level}"):
        bound(1, 2, level=level)


@pytest.mark.parametrize("p_max", [0, 1, -0.1, math.nan])
def test_zero_failures_needed_refuses_what_is_not_a_share(p_max):
    with pytest.raises(ValueError, match=f"the largest share of failures must be between 0 and 1, not {p_max}"):
        zero_failures_needed(p_max)
