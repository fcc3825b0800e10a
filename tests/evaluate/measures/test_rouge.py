"""ROUGE-N: the paper's example, and what holds for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.rouge import rouge_n

TEXTS = st.lists(st.sampled_from(["police", "killed", "the", "gunman"]), min_size=1, max_size=9).map(" ".join)


@pytest.mark.parametrize("text", ["police kill the gunman", "the gunman kill police"])
def test_two_sentences_that_share_one_pair_of_words_score_alike(text):
    # Lin 2004, section 3.1: both have only the bigram "the gunman" in common with the reference.
    assert rouge_n(text, "police killed the gunman", 2) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("text", "reference", "score"),
    [
        ("The cat sat on the mat", "The cat is on the mat", 5 / 6),
        ("the the the", "the cat", 2 / 5),
        ("A B", "a b c", 4 / 5),
        ("", "a", 0),
        ("a", "b", 0),
    ],
)
def test_scores_by_hand(text, reference, score):
    assert rouge_n(text, reference) == pytest.approx(score)


@given(TEXTS, TEXTS, st.integers(1, 3))
def test_the_score_is_a_share_and_the_same_both_ways(one, other, n):
    assert 0 <= rouge_n(one, other, n) <= 1
    assert rouge_n(one, other, n) == rouge_n(other, one, n)
    assert rouge_n(one, one.upper()) == 1
