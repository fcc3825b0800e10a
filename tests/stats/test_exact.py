"""The running sum that is never rounded."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.exact import ExactSum

numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=30)


def summed(values: list[float]) -> ExactSum:
    total = ExactSum()
    for value in values:
        total.add(value)
    return total


@given(numbers)
def test_the_sum_equals_that_of_fractions(values):
    assert summed(values).total() == sum(map(Fraction, values))


@given(numbers, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(values, order):
    shuffled = values.copy()
    order.shuffle(shuffled)

    assert summed(values) == summed(shuffled)


@given(numbers, numbers)
def test_merging_two_sums_equals_one_pass(some, others):
    merged = summed(some)
    merged.merge(summed(others))

    assert merged == summed(some + others)


@given(numbers)
def test_squares_are_not_rounded_either(values):
    squares = ExactSum()
    for value in values:
        squares.add_square(value)

    assert squares.total() == sum(Fraction(value) ** 2 for value in values)


@given(numbers, st.integers(0, 1000))
def test_a_whole_sum_can_be_added_squared_or_several_times(values, factor):
    squared, times = ExactSum(), ExactSum()
    squared.merge_square(summed(values))
    times.merge_times(summed(values), factor)

    assert squared.total() == summed(values).total() ** 2
    assert times.total() == summed(values).total() * factor


def test_nothing_is_lost_between_large_and_small():
    assert summed([1e300, 1e-300, -1e300]).total() == Fraction(1e-300)


def test_an_empty_sum_is_0():
    assert ExactSum().total() == 0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(ValueError, match=f"a score must be a finite number, not {value}"):
        ExactSum().add(value)
    with pytest.raises(ValueError, match=f"a score must be a finite number, not {value}"):
        ExactSum().add_square(value)
