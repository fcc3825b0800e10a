"""The sign-flip test: by hand, against SciPy, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assay.stats.permutation import sign_flip

# R. A. Fisher, "The design of experiments" (1935), section 21: Darwin's 15 pairs of maize, in eighths of an inch.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_darwins_maize_as_fisher_counted_it():
    # 863 of 32,768 choices of signs have a total as large on one side; both sides 1,726.
    found = sign_flip(DARWIN)

    assert found.exact
    assert found.p_value == 1726 / 32768
    assert sign_flip(DARWIN, side="greater").p_value == 863 / 32768


def test_it_agrees_with_scipy():
    values = np.random.default_rng(2).normal(0.3, 1, size=12)
    peer = stats.permutation_test((values,), np.sum, permutation_type="samples", n_resamples=10_000)

    assert sign_flip(values).p_value == pytest.approx(peer.pvalue)


def test_drawn_signs_come_close_to_all_signs():
    values = np.random.default_rng(8).normal(0.25, 1, size=60)
    drawn = sign_flip(values, seed=3, rounds=40_000)
    normal = 2 * stats.norm.sf(abs(values.sum()) / np.sqrt((values**2).sum()))

    assert not drawn.exact
    assert drawn.p_value == pytest.approx(normal, abs=0.015)
    assert drawn == sign_flip(values, seed=3, rounds=40_000)


def test_a_cluster_turns_its_sign_as_one():
    assert sign_flip([1, 1, 1, 1, 1, 1], ["a"] * 6).p_value == 1.0
    assert sign_flip([1, 1, 1, 1, 1, 1]).p_value == 2 / 64


def test_where_nothing_differs_all_is_chance():
    assert sign_flip([0, 0, 0]).p_value == 1.0


def test_it_is_wrong_as_seldom_as_it_says():
    rng = np.random.default_rng(9)
    found = [sign_flip(rng.exponential(size=8) * rng.choice([-1, 1], 8)).p_value for _ in range(400)]

    assert np.mean(np.array(found) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


@settings(deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=10))
def test_the_sides_mirror_each_other(values):
    other = [-value for value in values]

    assert sign_flip(values, side="greater").p_value == sign_flip(other, side="less").p_value
    assert 0 < sign_flip(values).p_value <= 1


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1e6, 1e12])
@pytest.mark.parametrize("side", ["two-sided", "greater", "less"])
def test_the_unit_of_the_differences_does_not_matter(unit, side):
    values = np.array([1, 2, 3, 4, 5, 6, -2.0])

    assert sign_flip(values * unit, side=side) == sign_flip(values, side=side)
