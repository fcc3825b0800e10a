"""pass@k, pass^k and flakiness: published values, and all draws counted."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.attempts import flakiness, over_cases, pass_at_k, pass_hat_k


@pytest.mark.parametrize(
    ("attempts", "passed", "k", "at", "hat"),
    [(10, 5, 2, 0.77778, 0.22222), (10, 5, 5, 0.99603, 0.00397), (8, 6, 4, 1.0, 0.21429)],
)
def test_the_published_values(attempts, passed, k, at, hat):
    assert round(pass_at_k(attempts, passed, k), 5) == at
    assert round(pass_hat_k(attempts, passed, k), 5) == hat


@given(st.integers(1, 9), st.data())
def test_they_are_the_shares_of_all_draws(attempts, data):
    passed, k = data.draw(st.integers(0, attempts)), data.draw(st.integers(1, attempts))
    draws = list(combinations([True] * passed + [False] * (attempts - passed), k))

    assert pass_at_k(attempts, passed, k) == pytest.approx(sum(any(d) for d in draws) / len(draws))
    assert pass_hat_k(attempts, passed, k) == pytest.approx(sum(all(d) for d in draws) / len(draws))


def test_flakiness_is_greatest_at_one_half():
    assert [flakiness(8, passed) for passed in (0, 4, 8)] == [0, 1, 0]
    assert flakiness(10, 2) == pytest.approx(0.64)


def test_over_many_cases_it_is_t_and_over_few_the_bootstrap():
    many = np.random.default_rng(1).uniform(size=200)

    assert over_cases(many).method == "clustered-t"
    assert over_cases(many[:12]).method == "cluster-bca"
    assert over_cases(many[:60], np.arange(60) // 6).method == "cluster-bca"
    assert over_cases([1.0] * 50).low < 1


@pytest.mark.parametrize(("attempts", "passed", "k"), [(3, 4, 1), (3, 1, 4), (3, 1, 0)])
def test_what_cannot_be_is_refused(attempts, passed, k):
    with pytest.raises(ValueError, match="must be between"):
        pass_at_k(attempts, passed, k)


def test_cases_that_rounding_alone_sets_apart_show_no_certainty():
    assert over_cases([0.1] * 91, [*(number // 3 for number in range(90)), 30]).method == "zero-variance"
