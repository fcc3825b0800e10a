"""METEOR: the figure that NLTK publishes for the classic sentence, and what holds for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.meteor import meteor

TEXTS = st.lists(st.sampled_from(["the", "cats", "cat", "sitting", "sits"]), min_size=1, max_size=9).map(" ".join)


def test_a_known_score():
    text = "It is a guide to action which ensures that the military always obeys the commands of the party"
    reference = "It is a guide to action that ensures that the military will forever heed Party commands"

    assert meteor(text, [reference]) == pytest.approx(0.6944, abs=5e-5)


def test_forms_of_one_word_match_by_their_stem():
    assert meteor("the dogs barked", ["the dog barking"]) == pytest.approx(1 - 0.5 / 27)


def test_the_same_words_in_another_order_score_less():
    # 4 matches in 4 chunks: half of the score is lost.
    assert meteor("d c b a", ["a b c d"]) == pytest.approx(0.5)


def test_the_weights_can_be_set():
    assert meteor("a x", ["a"], alpha=0.5, gamma=0) == pytest.approx(2 / 3)


@given(TEXTS, TEXTS, TEXTS)
def test_the_best_reference_counts(text, one, other):
    assert 0 <= meteor(text, [one]) <= 1
    assert meteor(text, [one, other]) == max(meteor(text, [one]), meteor(text, [other]))
    assert meteor(text, [text]) == pytest.approx(1 - 0.5 / len(text.split()) ** 3)


@pytest.mark.parametrize(("text", "reference"), [("", "a"), ("a", "b")])
def test_nothing_in_common_scores_nothing(text, reference):
    assert meteor(text, [reference]) == 0
