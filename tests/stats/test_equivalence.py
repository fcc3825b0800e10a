"""Tests against a margin: statsmodels' TOST, SciPy's t, and the interval that says the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from assay.stats.clusters import cluster_sums
from assay.stats.distribution import t_quantile
from assay.stats.equivalence import equivalence, non_inferiority


def test_it_equals_another_implementation():
    rng = np.random.default_rng(6)
    first, second = rng.normal(size=40), rng.normal(size=40)
    sums = cluster_sums(first - second)
    found = equivalence(sums.mean, sums.standard_error(), 0.5, 39)
    peer, lower, upper = ttost_paired(first, second, -0.5, 0.5)

    assert found.p_value == pytest.approx(peer)
    assert (found.p_not_lower, found.p_not_higher) == (pytest.approx(lower[1]), pytest.approx(upper[1]))


def test_not_worse_is_a_shifted_t_test():
    differences = np.random.default_rng(7).normal(0.01, 0.1, size=50)
    sums = cluster_sums(differences)

    found = non_inferiority(sums.mean, sums.standard_error(), 0.03, 49)

    assert found == pytest.approx(stats.ttest_1samp(differences, -0.03, alternative="greater").pvalue)


@given(st.floats(-0.2, 0.2), st.floats(0.001, 0.2), st.floats(0.001, 0.3), st.integers(2, 500))
def test_it_holds_when_the_interval_lies_inside_the_margin(difference, error, margin, freedom):
    half = t_quantile(0.95, freedom) * error
    inside = -margin < difference - half and difference + half < margin
    nearest = min(abs(difference - half + margin), abs(margin - difference - half))

    if nearest > 1e-9:
        assert equivalence(difference, error, margin, freedom).holds(0.05) is inside
