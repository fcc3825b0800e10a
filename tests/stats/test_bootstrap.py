"""BCa against SciPy's own, on the law school data of its author, and in clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assay.stats.bootstrap import bca_bounds, bca_mean

# B. Efron and R. J. Tibshirani, "An introduction to the bootstrap" (1993), table 3.1: LSAT and GPA of 15 law schools.
LSAT = np.array([576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594], dtype=float)
GPA = np.array([3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96])


def correlation(drawn):
    x, y = LSAT[drawn], GPA[drawn]
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))


def test_the_law_schools_as_published():
    # Efron 1987: BCa at 90 % from .43 to .92 for the correlation of the 15 schools.
    low, high = bca_bounds(correlation, 15, level=0.9, seed=1, resamples=20_000)

    assert correlation(np.arange(15)[None, :])[0] == pytest.approx(0.776, abs=0.0005)
    assert (low, high) == (pytest.approx(0.43, abs=0.02), pytest.approx(0.92, abs=0.01))


def test_it_agrees_with_scipy_on_skewed_values():
    values = np.random.default_rng(3).exponential(size=40)
    peer = stats.bootstrap((values,), np.mean, confidence_level=0.95, n_resamples=20_000, method="BCa", rng=5)
    found = bca_mean(values, seed=7, resamples=20_000)

    assert found.low == pytest.approx(peer.confidence_interval.low, abs=0.02)
    assert found.high == pytest.approx(peer.confidence_interval.high, abs=0.02)


def test_ten_copies_of_a_value_are_one_cluster_and_no_narrower():
    values = np.random.default_rng(4).uniform(size=12)
    once = bca_mean(values, seed=1)
    copied = bca_mean(np.repeat(values, 10), np.repeat(np.arange(12), 10), seed=1)

    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))
    assert copied.n == 120


def test_clusters_that_are_all_alike_show_no_certainty():
    found = bca_mean([0.5] * 8, bounds=(0.0, 1.0))

    assert found.low < 0.5 < found.high
    assert found.method == "zero-variance"


def test_one_cluster_shows_nothing():
    found = bca_mean([0.2, 0.4], ["a", "a"], bounds=(-1.0, 1.0))

    assert (found.value, found.low, found.high) == (pytest.approx(0.3), -1.0, 1.0)


def test_it_covers_with_twelve_clusters():
    rng, hits = np.random.default_rng(11), 0
    for round_ in range(300):
        ids = np.repeat(np.arange(12), 4)
        values = np.clip(0.1 * rng.normal(size=12)[ids] + 0.1 * rng.normal(size=48), -1, 1)
        found = bca_mean(values, ids, seed=round_, resamples=600)
        hits += found.low <= 0 <= found.high

    assert hits / 300 > 0.88  # the nominal 95 %, less what twelve clusters cost


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30), st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_interval_around_the_mean(values, seed):
    found = bca_mean(values, seed=seed, resamples=200, bounds=(-1.0, 1.0))

    assert found == bca_mean(values, seed=seed, resamples=200, bounds=(-1.0, 1.0))
    assert -1 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


@pytest.mark.parametrize(
    "values", [[0.1, 0.1, 0.1, 0.1], [0.3 - 0.2, 0.2 - 0.1, 0.4 - 0.3, 0.1], [0.1 + 0.2 - 0.3, 0, 0, 0]]
)
def test_what_differs_by_rounding_alone_is_all_alike(values):
    found = bca_mean(values, [0, 0, 0, 1], bounds=(-1.0, 1.0))

    assert found.method == "zero-variance"
    assert found.high - found.low > 0.5
