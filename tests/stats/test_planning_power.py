"""Planning figures: published numbers, statsmodels, and the chance that they promise, by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower, TTestPower

from assay.stats.paired import tango
from assay.stats.power import (
    best_repeats,
    cases_for_margin,
    cases_of_passes,
    design_effect,
    equivalence_cases,
    power_for_margin,
    power_of_passes,
    rate_cases,
    repeated_cases,
    visible_margin,
)


@pytest.mark.parametrize(("repeats", "cases"), [(1, 3876), (2, 2423), (10, 1260), (10**9, 969)])
def test_more_repeats_need_fewer_cases_as_published(repeats, cases):
    found = repeated_cases(1 / 9, (1 / 6, 1 / 6), 0.03, repeats=(repeats, repeats))

    assert found == pytest.approx(cases, abs=1)


def test_a_rate_against_a_least_rate_as_the_textbook_has_it():
    # 90 % against at least 85 %: (1.645 * sqrt(.85 * .15) + .8416 * sqrt(.9 * .1))**2 / .05**2
    spread = stats.norm.ppf(0.95) * math.sqrt(0.85 * 0.15) + stats.norm.ppf(0.8) * math.sqrt(0.9 * 0.1)

    assert rate_cases(0.9, 0.85) == math.ceil((spread / 0.05) ** 2) == 283


def test_equivalence_takes_more_than_not_being_worse():
    assert equivalence_cases(0.1, 0.05) == math.ceil((1.6448536 + 1.2815516) ** 2 * 0.1 / 0.05**2)
    assert equivalence_cases(0.1, 0.05) > cases_for_margin(0.1, 0.05)


def test_power_equals_another_implementation():
    peer = NormalIndPower(ddof=0).power(
        effect_size=0.05 / math.sqrt(0.1), nobs1=248, alpha=0.05, ratio=0, alternative="larger"
    )

    assert power_for_margin(0.1, 248, 0.05) == pytest.approx(peer, abs=1e-6)


def test_the_power_that_is_promised_is_the_power_that_tangos_bound_has():
    # Exact: 250 cases, of which 10 % flip, as many either way; a pass is a lower bound above -5 points.
    chance = 0.0
    for flips in range(250 + 1):
        of_flips = stats.binom.pmf(flips, 250, 0.1)
        if of_flips < 1e-9:
            continue
        for gained in range(flips + 1):
            if tango(gained, flips - gained, 250, level=0.9).low > -0.05:
                chance += of_flips * stats.binom.pmf(gained, flips, 0.5)

    assert chance == pytest.approx(power_of_passes(0.1, 250, 0.05), abs=0.01)


def test_cases_for_passes_are_those_whose_power_is_reached():
    n = cases_of_passes(0.1, 0.05)

    assert power_of_passes(0.1, n, 0.05) >= 0.8 > power_of_passes(0.1, n - 1, 0.05)
    assert n == pytest.approx(cases_for_margin(0.1, 0.05), rel=0.12)


@given(st.floats(0.001, 1), st.integers(1, 100_000))
def test_the_smallest_visible_margin_is_seen_four_times_in_five(variance, n):
    assert power_for_margin(variance, n, visible_margin(variance, n)) == pytest.approx(0.8)


def test_repeats_pay_where_cases_are_dear_and_answers_vary():
    assert best_repeats(0.1, 0.1, case_cost=1, repeat_cost=1) == 1
    assert best_repeats(0.1, 0.4, case_cost=4, repeat_cost=1) == 4
    assert best_repeats(0.0, 0.4, case_cost=4, repeat_cost=1) == 4
    assert best_repeats(0.2, 0.0, case_cost=4, repeat_cost=1) == 1


def test_the_effect_of_clusters():
    assert design_effect(5, 0.3) == pytest.approx(2.2)
    assert design_effect(1, 0.9) == 1


def test_what_cannot_be_planned_is_refused():
    with pytest.raises(ValueError, match="above the least rate"):
        rate_cases(0.8, 0.85)
    assert visible_margin(0.1, 0) == math.inf
    assert [power_for_margin(0.0, 10, 0.1), power_for_margin(0.0, 10, 0.1, difference=-0.2)] == [1.0, 0.0]
    assert np.isfinite(power_for_margin(0.1, 1, 0.5))


@pytest.mark.parametrize(("n", "effect"), [(8, 0.6), (20, 0.4), (60, 0.25), (400, 0.15)])
def test_the_power_of_students_t_equals_another_implementation(n, effect):
    peer = TTestPower().power(effect, n, alpha=0.05, alternative="larger")

    assert power_for_margin(1.0, n, effect, clusters=n) == pytest.approx(peer, abs=1e-9)


def test_far_out_in_the_tail_the_power_is_still_a_probability():
    assert power_for_margin(1e-9, 1_000, 0.9, clusters=1_000) == 1.0
    assert power_for_margin(1.0, 3, 1e-9, difference=-40.0, clusters=3) == pytest.approx(0.0, abs=1e-6)
