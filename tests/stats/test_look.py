"""Look plans against the published constants, by integration and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assay.stats.look import PLANS, crossing_chance, look_alphas, look_bounds, spent_bounds


def even(looks):
    return [k / looks for k in range(1, looks + 1)]


# C. Jennison and B. W. Turnbull, "Group sequential methods" (2000), tables 2.1 and 2.3: two-sided 0.05, which is
# 0.025 one-sided but for the chance of crossing both bars.
@pytest.mark.parametrize(
    ("looks", "constant"), [(1, 1.960), (2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413), (10, 2.555)]
)
def test_pococks_constants(looks, constant):
    found = look_bounds("pocock", even(looks), alpha=0.025)

    assert found == pytest.approx([constant] * looks, abs=0.0015)


@pytest.mark.parametrize(
    ("looks", "constant"), [(1, 1.960), (2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040), (10, 2.087)]
)
def test_the_constants_of_obrien_and_fleming(looks, constant):
    found = look_bounds("obrien-fleming", even(looks), alpha=0.025)

    assert found[-1] == pytest.approx(constant, abs=0.0015)
    assert found[0] == pytest.approx(constant * looks**0.5, abs=0.005)


def test_spending_as_published():
    # Lan and DeMets 1983, O'Brien and Fleming's shape at five even looks, one-sided 0.025.
    assert spent_bounds(even(5), alpha=0.025) == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=0.004)


@pytest.mark.parametrize("plan", PLANS)
def test_by_simulation_no_plan_passes_more_than_alpha(plan):
    rng = np.random.default_rng(1)
    times = np.array([0.2, 0.3, 0.7, 1.0])
    steps = rng.normal(size=(40_000, 4)) * np.sqrt(np.diff(times, prepend=0))
    reached = np.cumsum(steps, axis=1) / np.sqrt(times)
    wrong = (reached > look_bounds(plan, times.tolist(), alpha=0.05)).any(axis=1).mean()

    assert wrong <= 0.05 + 0.004
    if plan != "bonferroni":
        assert wrong == pytest.approx(0.05, abs=0.004)


def test_power_with_one_look_is_the_usual_one():
    assert crossing_chance([1.645], [1.0], drift=2.486) == pytest.approx(stats.norm.cdf(2.486 - 1.645), abs=1e-6)


def test_the_error_rate_of_one_look_is_alpha():
    assert look_alphas("pocock", [1.0], alpha=0.05) == pytest.approx((0.05,), abs=1e-6)


@pytest.mark.parametrize("fractions", [[], [0.5], [0.5, 0.4, 1], [0, 1], [0.5, 1.2]])
def test_looks_that_do_not_rise_to_all_cases_are_refused(fractions):
    with pytest.raises(ValueError, match="look"):
        look_bounds("pocock", fractions)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0.05, 0.95), max_size=4, unique=True), st.sampled_from(PLANS), st.floats(0.01, 0.1))
def test_whatever_the_times_the_chance_stays_at_alpha(times, plan, alpha):
    rising = [t for i, t in enumerate(sorted(times)) if i == 0 or t - sorted(times)[i - 1] > 0.02] + [1.0]
    found = crossing_chance(look_bounds(plan, rising, alpha=alpha), rising)

    assert found <= alpha + 1e-4
    if plan != "bonferroni":
        assert found == pytest.approx(alpha, abs=1e-4)
