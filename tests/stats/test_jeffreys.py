"""Jeffreys' interval against SciPy's beta distribution, statsmodels and the exact coverage that is published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from assay.stats.proportion import jeffreys


@pytest.mark.parametrize(("successes", "n"), [(5, 10), (45, 50), (81, 263), (1, 29)])
def test_it_equals_another_implementation(successes, n):
    found = jeffreys(successes, n)

    assert (found.low, found.high) == pytest.approx(proportion_confint(successes, n, method="jeffreys"), abs=1e-12)
    assert found.method == "jeffreys"


def test_at_the_edges_it_holds_what_was_seen():
    none, every = jeffreys(0, 20), jeffreys(20, 20)

    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(stats.beta.ppf(0.975, 0.5, 20.5))
    assert every.low == pytest.approx(1 - none.high)


@pytest.mark.parametrize(("n", "lowest", "mean"), [(10, 0.869, 0.952), (30, 0.889, 0.950), (100, 0.921, 0.949)])
def test_it_covers_as_published(n, lowest, mean):
    # Exact coverage at the true rates of .50, .51, ... .99.
    ends = [(found.low, found.high) for found in (jeffreys(k, n) for k in range(n + 1))]
    low, high = np.array(ends).T
    rates = np.arange(50, 100) / 100
    chance = stats.binom.pmf(np.arange(n + 1)[None, :], n, rates[:, None])
    covers = (chance * ((low <= rates[:, None]) & (rates[:, None] <= high))).sum(axis=1)

    assert covers.min() == pytest.approx(lowest, abs=0.003)
    assert covers.mean() == pytest.approx(mean, abs=0.003)


@given(st.integers(1, 500), st.data())
def test_passes_and_failures_are_mirror_images(n, data):
    k = data.draw(st.integers(0, n))

    assert jeffreys(k, n).low == pytest.approx(1 - jeffreys(n - k, n).high, abs=1e-9)
