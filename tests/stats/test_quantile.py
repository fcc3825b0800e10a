"""Quantiles of a sample."""

import math
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.quantile import quantile, quantiles

samples = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60)
shares = st.floats(0, 1)


@given(samples, shares)
def test_a_quantile_agrees_with_numpy(values, share):
    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)), rel=1e-9, abs=1e-6)


@given(samples, shares, shares)
def test_a_quantile_lies_within_the_sample_and_rises_with_the_share(values, one, other):
    low, high = quantiles(values, sorted((one, other)))

    assert min(values) <= low <= max(values)
    assert low <= high + 1e-6


@given(samples)
def test_the_ends_are_the_least_and_the_greatest(values):
    assert quantiles(values, (0, 1)) == (min(values), max(values))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param([5], 0.95, 5, id="one-value"),
        pytest.param([1, 2, 3, 4], 0.5, 2.5, id="median-between-two"),
        pytest.param([3, 1, 2], 0.5, 2, id="median-of-unsorted"),
        pytest.param(range(1, 21), 0.95, 19.05, id="p95-of-twenty"),
        pytest.param(range(1, 102), 0.95, 96, id="p95-falls-on-a-value"),
    ],
)
def test_worked_examples(values, share, expected):
    assert quantile(values, share) == pytest.approx(expected)


def test_a_packed_array_and_a_generator_do_as_well():
    assert quantile(array("d", [3.0, 1.0, 2.0]), 0.5) == quantile((float(i) for i in (3, 1, 2)), 0.5) == 2


def test_of_nothing_there_is_no_quantile():
    assert quantile([], 0.5) is None
    assert quantiles([], (0.5, 0.95)) is None


@pytest.mark.parametrize("share", [-0.1, 1.1, 95, math.nan])
def test_a_share_outside_0_and_1_is_refused_even_without_values(share):
    with pytest.raises(ValueError, match=f"the share of a quantile must be between 0 and 1, not {share}"):
        quantile([], share)


def test_a_value_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="one value is not a number"):
        quantile([1.0, math.nan, 2.0], 0.5)
