"""BLEU: the paper's example, what follows by hand, and what holds for every text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.bleu import bleu

TEXTS = st.lists(st.sampled_from(["the", "cat", "sat", "on", "mat"]), min_size=1, max_size=12).map(" ".join)


def test_a_word_counts_at_most_as_often_as_a_reference_has_it():
    # Papineni et al. 2002, example 2: the modified unigram precision is 2/7; no longer n-gram is shared.
    score = bleu("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"])

    assert score == pytest.approx((2 / 7 * 1e-21) ** 0.25)


def test_a_text_that_is_shorter_than_its_reference_pays_for_it():
    assert bleu("a b c d", ["a b c d e f"]) == pytest.approx(math.exp(1 - 6 / 4))
    assert bleu("a b c d", ["a b c d e f", "a b c d e"]) == pytest.approx(math.exp(1 - 5 / 4))


def test_of_two_references_equally_near_the_shorter_one_sets_the_penalty():
    assert bleu("a b c d", ["a b c d e", "x y z"]) == 1.0


def test_shares_are_averaged_by_their_logarithms():
    # 4 of 5 words, 3 of 4 pairs, 2 of 3, 1 of 2
    assert bleu("a b c d x", ["a b c d y"]) == pytest.approx((4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)


def test_a_text_of_fewer_than_four_words_is_scored_by_the_n_grams_it_has():
    assert bleu("Paris", ["paris"]) == 1.0


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3))
def test_the_score_is_a_share_and_another_reference_with_it_never_hurts(text, references):
    assert 0 <= bleu(text, references) <= 1 + 1e-12
    assert bleu(text, [*references, text]) == pytest.approx(1)


def test_nothing_scores_nothing():
    assert bleu(" ", ["a"]) == 0
