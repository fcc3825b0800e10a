"""Words and n-grams, cut where ECMAScript sees white space."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.words import fields, grams, overlap, word_count, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\t ", []),
        (" one  two\nthree ", ["one", "two", "three"]),
        ("a\u00a0b\ufeffc\u3000d", ["a", "b", "c", "d"]),
        ("a\x1cb\x85c", ["a\x1cb\x85c"]),
    ],
)
def test_words_are_what_stands_between_white_space(text, found):
    assert words(text) == found
    assert word_count(text) == len(found)


def test_fields_keep_the_empty_pieces_at_both_ends():
    assert fields(" a  b ") == ["", "a", "b", ""]


def test_grams_are_counted_and_there_are_none_of_a_text_that_is_too_short():
    assert grams(["a", "b", "a", "b"], 2) == {("a", "b"): 2, ("b", "a"): 1}
    assert grams(["a"], 2) == {}


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_overlap_is_the_size_of_the_common_part(one, other):
    ours, theirs = grams(one, 1), grams(other, 1)

    assert overlap(ours, theirs) == overlap(theirs, ours) == (ours & theirs).total()
