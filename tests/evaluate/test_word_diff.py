"""Words that differ, for the eye."""

import time

from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.word_diff import word_diff

words = st.lists(st.sampled_from(["a", "b", "the", " ", "\n", ".", "é", "客", "\u202e"]), max_size=30).map("".join)


def changed(pieces):
    return [piece.text for piece in pieces if piece.changed]


@given(st.one_of(words, st.text()), st.one_of(words, st.text()))
def test_the_pieces_are_the_texts(left, right):
    lefts, rights = word_diff(left, right)

    assert "".join(p.text for p in lefts) == left
    assert "".join(p.text for p in rights) == right


@given(st.one_of(words, st.text()))
def test_a_text_does_not_differ_from_itself(text):
    assert [changed(side) for side in word_diff(text, text)] == [[], []]


def test_only_the_words_that_differ_are_marked():
    left, right = word_diff("the team is billing, I think", "the team is delivery, I think")

    assert (changed(left), changed(right)) == (["billing"], ["delivery"])


def test_texts_with_little_in_common_are_not_marked():
    assert [changed(side) for side in word_diff("billing", "the parcel has not come")] == [[], []]


def test_long_texts_are_left_alone_and_take_no_time():
    began = time.process_time()
    word_diff("a b " * 50_000, "b a " * 50_000)
    word_diff("a b " * 190, "b a " * 190)

    assert time.process_time() - began < 1
