"""The split of the variance: by hand, by simulation, against statsmodels' mixed model."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.variance import split_judged, split_variance


def drawn(cases, repeats, between, within, seed):
    rng = np.random.default_rng(seed)
    ids = np.repeat(np.arange(cases), repeats)
    return rng.normal(0, between**0.5, cases)[ids] + rng.normal(0, within**0.5, cases * repeats), ids


def test_two_cases_by_hand():
    # Case means 1 and 3; within (0 + 2 + 0 + 2) ... : squares within are 2 and 2, of 2 spare values.
    found = split_variance([0, 2, 2, 4], ["a", "a", "b", "b"])

    assert found.repeats == 2
    assert found.items == pytest.approx((4 - 2) / 2)
    assert (found.cases, found.samples) == (2, 4)


def test_many_cases_give_back_what_they_were_made_from():
    values, ids = drawn(4000, 3, 1 / 9, 1 / 6, 2)
    found = split_variance(values, ids)

    assert found.items == pytest.approx(1 / 9, rel=0.08)
    assert found.repeats == pytest.approx(1 / 6, rel=0.05)
    assert found.of_mean(4000, 3) == pytest.approx((found.items + found.repeats / 3) / 4000)


def test_it_agrees_with_a_mixed_model_on_balanced_data():
    values, ids = drawn(60, 4, 0.5, 0.3, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = sm.MixedLM(values, np.ones(240), groups=ids).fit(reml=True)
    found = split_variance(values, ids)

    assert found.items == pytest.approx(float(peer.cov_re[0, 0]), rel=0.01)
    assert found.repeats == pytest.approx(peer.scale, rel=0.01)


def test_once_each_all_variance_is_between_cases():
    found = split_variance([0.0, 1.0, 0.5], [1, 2, 3])

    assert (found.repeats, found.items) == (None, pytest.approx(0.25))


def test_a_judge_that_wavers_is_told_apart():
    rng = np.random.default_rng(5)
    scores = {
        str(case): [(mean + noise + rng.normal(0, 0.2, 3)).tolist() for noise in rng.normal(0, 0.3, 2)]
        for case, mean in enumerate(rng.normal(0, 0.5, 1500))
    }
    found = split_judged(scores)

    assert found.items == pytest.approx(0.25, rel=0.12)
    assert found.repeats == pytest.approx(0.09, rel=0.12)
    assert found.judge == pytest.approx(0.04, rel=0.08)
    assert found.samples == 9000


def test_judged_once_each_there_is_no_judge_part():
    assert split_judged({"a": [[0.1], [0.2]], "b": [[0.5], [0.4]]}).judge is None


@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 5)), min_size=1, max_size=40))
def test_no_part_is_below_zero(pairs):
    values, ids = zip(*pairs, strict=True)
    found = split_variance(values, ids)

    assert found.items >= 0
    assert (found.repeats or 0) >= 0
