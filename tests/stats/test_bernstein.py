"""The empirical Bernstein interval: its formula, its guarantee, its limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.bernstein import empirical_bernstein


def test_the_formula_of_the_paper():
    values = [0.0, 0.25, 0.5, 0.75, 1.0] * 40
    found = empirical_bernstein(values)
    log_term = math.log(4 / 0.05)
    half = math.sqrt(2 * np.var(values, ddof=1) * log_term / 200) + 7 * log_term / (3 * 199)

    assert (found.low, found.high) == (pytest.approx(0.5 - half), pytest.approx(0.5 + half))


@pytest.mark.parametrize("rate", [0.5, 0.95, 0.99])
def test_it_never_covers_less_than_it_says(rate):
    rng = np.random.default_rng(5)
    found = [empirical_bernstein((rng.random(60) < rate).astype(float)) for _ in range(400)]

    assert np.mean([interval.low <= rate <= interval.high for interval in found]) >= 0.95


def test_in_clusters_each_cluster_counts_once():
    found = empirical_bernstein([1, 1, 1, 1, 0, 0.5], ["a"] * 4 + ["b", "c"])

    assert found.value == pytest.approx(0.5)
    assert found.n == 6


def test_a_score_out_of_bounds_is_refused():
    with pytest.raises(ValueError, match=r"between 0.0 and 1.0, and these go from 0.0 to 1.5"):
        empirical_bernstein([0, 1.5])


@given(st.lists(st.floats(0, 1), max_size=1))
def test_less_than_two_scores_show_nothing(values):
    found = empirical_bernstein(values)

    assert (found.low, found.high) == (0.0, 1.0)
