"""The gate's decision from an interval."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.decision import decide_at_least, decide_non_inferior, gate_level, remark

ranges = st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted)
margins = st.floats(0.001, 1)


@pytest.mark.parametrize(
    ("low", "high", "decision", "said"),
    [
        pytest.param(-0.02, 0.04, "pass", None, id="loss-of-the-margin-ruled-out"),
        pytest.param(0.01, 0.06, "pass", "improved", id="better"),
        pytest.param(0.0, 0.06, "pass", None, id="low-at-0-is-not-yet-better"),
        pytest.param(-0.04, -0.01, "pass", "worse-inside-margin", id="worse-but-inside-the-margin"),
        pytest.param(-0.04, 0.0, "pass", None, id="high-at-0-is-not-yet-worse"),
        pytest.param(-0.09, -0.01, "fail", None, id="worse-and-perhaps-by-the-margin"),
        pytest.param(-0.05, -0.01, "fail", None, id="low-at-the-margin-does-not-pass"),
        pytest.param(-0.09, 0.02, "inconclusive", None, id="anything-possible"),
        pytest.param(-0.05, 0.02, "inconclusive", None, id="low-at-the-margin-may-be-either"),
        pytest.param(-0.09, 0.0, "inconclusive", None, id="high-at-0-does-not-fail"),
        pytest.param(-1.0, 1.0, "inconclusive", None, id="nothing-known"),
    ],
)
def test_a_margin_of_five_points(low, high, decision, said):
    assert decide_non_inferior(low, high, 0.05) == decision
    assert remark(low, high, 0.05) == said


@pytest.mark.parametrize(
    ("low", "high", "decision"),
    [
        pytest.param(0.91, 0.97, "pass", id="all-above"),
        pytest.param(0.90, 0.97, "pass", id="low-at-the-minimum-passes"),
        pytest.param(0.80, 0.89, "fail", id="all-below"),
        pytest.param(0.80, 0.90, "inconclusive", id="high-at-the-minimum-does-not-fail"),
        pytest.param(0.85, 0.95, "inconclusive", id="astride"),
        pytest.param(0.0, 1.0, "inconclusive", id="nothing-known"),
    ],
)
def test_a_minimum_of_ninety_percent(low, high, decision):
    assert decide_at_least(low, high, 0.9) == decision


@given(ranges, margins, st.floats(0, 0.5))
def test_a_better_interval_never_gets_a_worse_decision(ends, margin, step):
    order = ["fail", "inconclusive", "pass"]
    low, high = ends

    before, after = (decide_non_inferior(low + by, high + by, margin) for by in (0, step))
    assert order.index(before) <= order.index(after)
    before, after = (decide_at_least(low + by, high + by, 0.5) for by in (0, step))
    assert order.index(before) <= order.index(after)


@given(ranges, margins, margins)
def test_a_wider_margin_never_gets_a_worse_decision(ends, one, other):
    order = ["fail", "inconclusive", "pass"]
    strict, lenient = (decide_non_inferior(*ends, margin) for margin in sorted((one, other)))

    assert order.index(strict) <= order.index(lenient)


def test_five_percent_one_sided_is_ninety_percent_two_sided():
    assert gate_level(0.05) == pytest.approx(0.9)


@pytest.mark.parametrize("alpha", [0, 0.5, 0.95, -0.05, math.nan])
def test_alpha_lies_below_one_half(alpha):
    with pytest.raises(ValueError, match=r"alpha must be above 0 and below 0\.5, not"):
        gate_level(alpha)


@pytest.mark.parametrize("margin", [0, -0.05, math.nan])
def test_a_margin_is_above_0(margin):
    for ask in (decide_non_inferior, remark):
        with pytest.raises(ValueError, match=f"the margin must be above 0, not {margin}"):
            ask(-0.1, 0.1, margin)


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.1), (math.nan, 0.1), (0.1, math.nan)])
def test_ends_out_of_order_are_refused(low, high):
    for ask in (decide_non_inferior, remark, decide_at_least):
        with pytest.raises(ValueError, match=f"must not be above the upper, not {low} and {high}"):
            ask(low, high, 0.05)


def test_a_minimum_is_a_number():
    with pytest.raises(ValueError, match="the minimum must be a number, not nan"):
        decide_at_least(0.1, 0.2, math.nan)
