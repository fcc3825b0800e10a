"""Intervals of quantiles: published ranks, and the coverage that they promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay.stats.order_interval import quantile_interval


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [(6, 1, 6), (10, 2, 9), (20, 6, 15), (25, 8, 18), (50, 18, 33)],
)
def test_the_ranks_of_the_sign_tests_table(n, low, high):
    # The ranks that enclose a median at 95 %: the critical values of the sign test.
    found = quantile_interval(np.arange(1, n + 1), 0.5)

    assert (found.low, found.high) == (low, high)


def test_it_equals_scipys_interval_of_a_quantile():
    values = np.random.default_rng(3).exponential(size=300)
    peer = stats.quantile_test(values, p=0.95).confidence_interval(0.95)
    found = quantile_interval(values, 0.95)

    assert (found.low, found.high) == (peer.low, peer.high)


def test_too_few_values_cannot_bound_a_p95_from_above():
    found = quantile_interval([1, 2, 3, 4, 5], 0.95)

    assert found.high == math.inf
    assert found.low == 4  # at most 3 of 5 below a p95: a chance of 2.3 %


@pytest.mark.parametrize("share", [0.5, 0.9, 0.95])
def test_it_covers_at_least_what_it_says(share):
    rng, hits = np.random.default_rng(4), 0
    for _ in range(500):
        found = quantile_interval(rng.lognormal(size=100), share)
        hits += found.low <= stats.lognorm.ppf(share, 1) <= found.high

    assert hits / 500 >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 500)


@given(st.lists(st.floats(0, 1e6), max_size=80), st.floats(0.01, 0.99))
def test_it_holds_the_quantile(values, share):
    found = quantile_interval(values, share)

    assert found.low <= found.value <= found.high
    assert found.n == len(values)
