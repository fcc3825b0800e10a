"""How many cases a question takes: every published number, and what must always hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.power import (
    cases_for_difference,
    cases_for_margin,
    minimum_detectable_difference,
    more_cases_for_margin,
    non_inferiority_cases,
    superiority_cases,
)

rates = st.floats(0.001, 1)
margins = st.floats(0.005, 0.5)


@pytest.mark.parametrize(
    ("margin", "discordant", "n"),
    [
        (0.05, 0.05, 124),
        (0.05, 0.1, 248),
        (0.05, 0.2, 495),
        (0.03, 0.05, 344),
        (0.03, 0.1, 687),
        (0.03, 0.2, 1374),
        (0.02, 0.05, 773),
        (0.02, 0.1, 1546),
        (0.02, 0.2, 3092),
        (0.01, 0.05, 3092),
        (0.01, 0.1, 6183),
        (0.01, 0.2, 12366),
    ],
)
def test_non_inferiority_takes_the_published_number_of_pairs(margin, discordant, n):
    assert non_inferiority_cases(discordant, margin) == n
    assert cases_for_margin(discordant, margin) == n


@pytest.mark.parametrize(
    ("difference", "discordant", "n"),
    [
        (0.05, 0.1, 312),
        (0.05, 0.2, 626),
        (0.05, 0.3, 940),
        (0.03, 0.1, 870),
        (0.03, 0.2, 1742),
        (0.03, 0.3, 2614),
        (0.10, 0.2, 155),
    ],
)
def test_superiority_takes_the_published_number_of_pairs(difference, discordant, n):
    assert superiority_cases(discordant, difference) == n


@pytest.mark.parametrize(("repeats", "n"), [(1, 3876), (2, 2423), (10, 1260), (math.inf, 969)])
def test_a_difference_of_means_takes_the_published_number_of_cases(repeats, n):
    between_cases, within_a_case = 1 / 9, 1 / 6

    assert cases_for_difference(between_cases + 2 * within_a_case / repeats, 0.03) == n


@given(rates, margins, st.floats(1.01, 4))
def test_a_smaller_margin_never_takes_fewer_cases(rate, margin, times):
    assert non_inferiority_cases(rate, margin / times) >= non_inferiority_cases(rate, margin)


@given(rates, margins, st.floats(0.01, 0.2), st.floats(0.5, 0.99))
def test_the_margin_is_what_the_suite_can_see(rate, margin, alpha, power):
    """With twice the alpha one side of a two-sided question is a one-sided one."""
    n = cases_for_margin(rate, margin, alpha=alpha, power=power)
    if n >= 100:
        seen = minimum_detectable_difference(math.sqrt(rate / n), alpha=2 * alpha, power=power)

        assert seen == pytest.approx(margin, rel=0.01)


@given(st.integers(0, 20_000), rates, margins)
def test_what_a_suite_lacks_and_has_adds_up_to_what_it_takes(n, rate, margin):
    more = more_cases_for_margin(n, rate, margin)

    assert more == max(0, cases_for_margin(rate, margin) - n)


def test_a_hundred_cases_lack_over_a_thousand_for_a_margin_of_two_points():
    assert more_cases_for_margin(100, 0.1, 0.02) == 1446


def test_a_suite_that_is_large_enough_lacks_nothing():
    assert more_cases_for_margin(2000, 0.1, 0.02) == 0


def test_no_variance_takes_no_cases_and_no_error_sees_everything():
    assert cases_for_margin(0, 0.05) == cases_for_difference(0, 0.05) == 0
    assert minimum_detectable_difference(0) == 0


def test_the_smallest_difference_that_is_seen_is_2_8_standard_errors():
    assert minimum_detectable_difference(0.01) == pytest.approx(0.028016, abs=1e-6)


@pytest.mark.parametrize("size", [0, -0.05, math.nan])
def test_a_margin_or_difference_must_be_above_0(size):
    for ask in (cases_for_margin, non_inferiority_cases, cases_for_difference, superiority_cases):
        with pytest.raises(ValueError, match=f"must be above 0, not {size}"):
            ask(0.1, size)


@pytest.mark.parametrize("bad", [-0.1, math.nan])
def test_a_variance_an_error_and_a_share_must_not_be_negative(bad):
    for ask in (cases_for_margin, cases_for_difference):
        with pytest.raises(ValueError, match=f"a variance must not be negative, not {bad}"):
            ask(bad, 0.1)
    for ask in (non_inferiority_cases, superiority_cases):
        with pytest.raises(ValueError, match=f"the share of flips must be between 0 and 1, not {bad}"):
            ask(bad, 0.1)
    with pytest.raises(ValueError, match=f"a standard error must not be negative, not {bad}"):
        minimum_detectable_difference(bad)


def test_a_difference_can_not_exceed_the_share_of_flips():
    with pytest.raises(ValueError, match=r"a difference of 0\.2 takes at least as large a share of flips, not 0\.1"):
        superiority_cases(0.1, 0.2)


@pytest.mark.parametrize("bad", [0, 1, 80, math.nan])
def test_alpha_and_power_lie_between_0_and_1(bad):
    for ask in (cases_for_margin, non_inferiority_cases, cases_for_difference, superiority_cases):
        with pytest.raises(ValueError, match=f"alpha must be between 0 and 1, not {bad}"):
            ask(0.1, 0.05, alpha=bad)
        with pytest.raises(ValueError, match=f"the power must be between 0 and 1, not {bad}"):
            ask(0.1, 0.05, power=bad)
