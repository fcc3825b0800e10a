"""GLEU: the figures that NLTK publishes for the classic sentences, and what holds for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.gleu import gleu

REFERENCE = "It is a guide to action that ensures that the military will forever heed Partisan commands"
TEXTS = st.lists(st.sampled_from(["the", "cat", "sat.", "on", "mat"]), min_size=1, max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("text", "reference", "score"),
    [
        ("the the the the the the the", "the cat is on the mat", 0.0909),
        (
            "It is a guide to action which ensures that the military always obeys the commands of the party",
            REFERENCE,
            0.4394,
        ),
        ("It is to insure the troops forever hearing the activity guidebook that party direct", REFERENCE, 0.1207),
    ],
)
def test_known_scores(text, reference, score):
    assert gleu(text, [reference]) == pytest.approx(score, abs=5e-5)


@given(TEXTS, TEXTS, TEXTS)
def test_the_best_reference_counts_and_the_order_of_two_texts_does_not(text, one, other):
    assert 0 <= gleu(text, [one]) <= 1
    assert gleu(text, [one, other]) == max(gleu(text, [one]), gleu(text, [other]))
    assert gleu(text, [one]) == pytest.approx(gleu(one, [text]))
    assert gleu(text, [text.upper()]) == 1


@pytest.mark.parametrize(("text", "reference"), [("", "a"), ("...", "a"), ("a", "..."), ("a", "b")])
def test_nothing_in_common_scores_nothing(text, reference):
    assert gleu(text, [reference]) == 0
