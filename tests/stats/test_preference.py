"""Strengths from pairs: published data, choix on the same input, intervals, and what has no answer."""

import math

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.stats.preference import Pairing, bradley_terry

# A. Agresti, "Categorical data analysis" (2nd ed., 2002), table 10.10: wins of 1987 in the American League's East.
TEAMS = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]
WINS = [
    [0, 7, 9, 7, 7, 9, 11], [6, 0, 7, 5, 11, 9, 9], [4, 6, 0, 7, 7, 8, 12], [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12], [4, 4, 5, 6, 6, 0, 6], [2, 4, 1, 3, 1, 7, 0],
]  # fmt: skip
# The fitted strengths there, with Baltimore at 0.
PUBLISHED = [1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0.0]


def games(wins):
    return [Pairing(i, j, 1.0) for i, row in enumerate(wins) for j, count in enumerate(row) for _ in range(count)]


def test_the_baseball_teams_as_published():
    found = [interval.value for interval in bradley_terry(games(WINS), 7, resamples=20).log_strengths]

    assert [value - found[-1] for value in found] == pytest.approx(PUBLISHED, abs=0.006)


def test_it_equals_another_implementation():
    rng = np.random.default_rng(1)
    strength = np.array([0.8, 0.2, -0.3, -0.7])
    pairs = [tuple(rng.choice(4, 2, replace=False)) for _ in range(400)]
    results = [(i, j) if rng.random() < 1 / (1 + math.exp(strength[j] - strength[i])) else (j, i) for i, j in pairs]
    peer = choix.opt_pairwise(4, results)
    found = bradley_terry([Pairing(i, j, 1.0) for i, j in results], 4, resamples=100)

    assert [v.value for v in found.log_strengths] == pytest.approx((peer - peer.mean()).tolist(), abs=1e-4)
    assert found.tie == 0
    assert all(v.low <= v.value <= v.high for v in found.log_strengths)


def test_ties_are_fitted_as_well():
    # Equals that tie in a third of their games: Davidson's parameter is 1.
    found = bradley_terry([Pairing(0, 1, outcome) for outcome in (1.0, 0.0, 0.5)] * 50, 2, resamples=50)

    assert found.tie == pytest.approx(1, abs=1e-6)
    assert found.log_strengths[0].value == pytest.approx(0, abs=1e-9)
    assert found.win_chance(0, 1) == pytest.approx(0.5)


def test_the_fit_meets_its_own_expectations():
    rng = np.random.default_rng(2)
    outcomes = rng.choice([1.0, 0.5, 0.0], size=300, p=[0.5, 0.3, 0.2])
    found = bradley_terry([Pairing(0, 1, float(o)) for o in outcomes], 2, resamples=50)
    a, b = (math.exp(v.value) for v in found.log_strengths)
    total = a + b + found.tie * math.sqrt(a * b)

    assert a / total == pytest.approx((outcomes == 1).mean(), abs=1e-6)
    assert found.tie * math.sqrt(a * b) / total == pytest.approx((outcomes == 0.5).mean(), abs=1e-6)


def test_its_intervals_cover_with_clusters():
    rng, hits = np.random.default_rng(3), 0
    for seed in range(60):
        cases = np.repeat(np.arange(40), 3)
        shift = rng.normal(0, 0.8, 40)[cases]
        chance = 1 / (1 + np.exp(-(0.0 + shift)))
        rows = [Pairing(0, 1, float(rng.random() < c)) for c in chance]
        low_high = bradley_terry(rows, 2, cases, resamples=150, seed=seed).log_strengths[0]
        hits += low_high.low <= 0 <= low_high.high

    assert hits / 60 > 0.85


def test_who_never_wins_has_no_strength():
    with pytest.raises(ValueError, match="variant 1 never won against variant 0"):
        bradley_terry([Pairing(0, 1, 1.0)] * 5, 2)


@pytest.mark.parametrize(
    "pairing", [Pairing(0, 0, 1.0), Pairing(0, 5, 1.0), Pairing(0, 1, 0.3)], ids=["itself", "nobody", "no-outcome"]
)
def test_what_is_no_comparison_is_refused(pairing):
    with pytest.raises(ValueError, match=r"variant|outcome"):
        bradley_terry([pairing], 2)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=30))
def test_turning_every_pair_round_changes_nothing(outcomes):
    rows = [Pairing(0, 1, o) for o in [*outcomes, 0.0, 1.0]]
    turned = [Pairing(1, 0, 1 - row.outcome) for row in rows]
    first, second = bradley_terry(rows, 2, resamples=2), bradley_terry(turned, 2, resamples=2)

    assert first.log_strengths[0].value == pytest.approx(second.log_strengths[0].value, abs=1e-9)
