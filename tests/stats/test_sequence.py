"""Tests that may be watched: what they promise at any time, and what they are good for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.stats.sequence import Wealth, confidence_sequence


def watched(values, mean, against="at-most", sizes=None, largest=1):
    wealth = Wealth(mean, against, largest=largest)
    for i, value in enumerate(values):
        wealth.add(float(value), 1 if sizes is None else int(sizes[i]))
    return wealth


def flips(rng, n, gained, lost):
    return rng.choice([1, -1, 0], size=n, p=[gained, lost, 1 - gained - lost])


def test_the_first_bet_by_hand():
    # Guess 0 against "at most -0.5": edge .5; second moment (10 * .5**2 / 4) / 10 = .0625; so the bold limit counts.
    wealth = Wealth(-0.5)
    wealth.add(1.0)

    assert np.exp(wealth.log_wealth) == pytest.approx(1 + 1.0 * 1.5)
    assert wealth.p_value == pytest.approx(1 / 2.5)


def test_a_candidate_as_bad_as_the_margin_seldom_looks_good_at_any_time():
    rng = np.random.default_rng(1)
    wrong = sum(watched(flips(rng, 400, 0.05, 0.10), -0.05).rejects(0.05) for _ in range(400))

    assert wrong / 400 <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


def test_with_clusters_of_unequal_size_the_promise_holds():
    rng, wrong = np.random.default_rng(2), 0
    for _ in range(400):
        sizes = rng.integers(1, 6, size=120)
        sums = flips(rng, 120, 0.05, 0.10) * sizes  # a whole cluster flips together
        wrong += watched(sums, -0.05, sizes=sizes, largest=5).rejects(0.05)

    assert wrong / 400 <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


def test_a_candidate_that_is_no_different_is_soon_shown_to_be_no_worse():
    rng, stops = np.random.default_rng(3), []
    for _ in range(100):
        wealth = Wealth(-0.05)
        for value in flips(rng, 3000, 0.05, 0.05):
            wealth.add(float(value))
            if wealth.rejects(0.05):
                break
        stops.append(wealth.n)

    assert np.median(stops) < 400  # 248 cases give 80 % power at one look


def test_it_works_the_other_way_round():
    assert watched([-1] * 40, 0.0, "at-least").rejects(0.05)
    assert not watched([1] * 40, 0.0, "at-least").rejects(0.5)


@pytest.mark.parametrize(("total", "size"), [(2.0, 1), (1.0, 3), (0.0, 0)])
def test_what_cannot_be_a_cluster_is_refused(total, size):
    with pytest.raises(ValueError, match="must"):
        Wealth(0.0, largest=2).add(total, size)


@pytest.mark.parametrize("rate", [0.5, 0.9, 0.02])
def test_all_the_intervals_together_hold_the_mean(rate):
    rng, missed = np.random.default_rng(4), 0
    for _ in range(200):
        ends = confidence_sequence((rng.random(300) < rate).astype(float), alpha=0.1, points=201)
        missed += bool(((ends[:, 0] > rate) | (ends[:, 1] < rate)).any())

    assert missed / 200 <= 0.1 + 3 * (0.1 * 0.9 / 200) ** 0.5


def test_they_close_in():
    ends = confidence_sequence((np.random.default_rng(5).random(2000) < 0.7).astype(float))

    assert ends[-1, 1] - ends[-1, 0] < 0.1
    assert ends[-1, 0] < 0.7 < ends[-1, 1]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-1, 1), max_size=60))
def test_the_ends_never_move_apart(values):
    ends = confidence_sequence(values, bounds=(-1.0, 1.0), points=101)

    assert (np.diff(ends[:, 0]) >= 0).all()
    assert (np.diff(ends[:, 1]) <= 0).all()
    assert ends.shape == (len(values), 2)
