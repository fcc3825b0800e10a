"""Ratios of amounts: by hand, against SciPy's t on the logarithms, and what has no ratio."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assay.stats.ratio import log_ratio

amounts = st.floats(0.01, 1000)


def test_it_is_students_t_on_the_logarithms():
    rng = np.random.default_rng(1)
    baseline = rng.lognormal(size=80)
    candidate = baseline * rng.lognormal(0.1, 0.3, size=80)
    found = log_ratio(baseline, candidate, level=0.9)
    logs = np.log(candidate / baseline)
    low, high = stats.t.interval(0.9, 79, loc=logs.mean(), scale=stats.sem(logs))

    assert (found.interval.low, found.interval.high) == (pytest.approx(math.exp(low)), pytest.approx(math.exp(high)))
    assert found.interval.value == pytest.approx(stats.gmean(candidate / baseline))
    assert (found.interval.method, found.left_out) == ("log-ratio-t", 0)


def test_what_is_free_or_unknown_has_no_ratio_and_is_counted():
    found = log_ratio([1, 0, 2, math.nan, 1], [2, 1, 4, 1, 2])

    assert found.interval.value == pytest.approx(2)
    assert (found.interval.n, found.left_out) == (3, 2)


def test_with_nothing_left_nothing_is_known():
    found = log_ratio([0.0], [1.0])

    assert (found.interval.low, found.interval.high, found.interval.n) == (0.0, math.inf, 0)


def test_amounts_below_zero_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        log_ratio([1.0], [-1.0])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(amounts, amounts), min_size=31, max_size=60))
def test_the_other_way_round_it_is_one_over(pairs):
    first, second = zip(*pairs, strict=True)
    there, back = log_ratio(first, second).interval, log_ratio(second, first).interval

    assert there.value == pytest.approx(1 / back.value)
    assert there.low == pytest.approx(1 / back.high)


def test_ratios_beyond_the_range_of_floats_are_no_trouble():
    found = log_ratio([1e-300, 1e300], [1e300, 1e-300])

    assert found.interval.value == pytest.approx(1)
