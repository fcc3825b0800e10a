"""Levenshtein's distance, by two algorithms that are held to the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.levenshtein import levenshtein, within

TEXTS = st.text("abç😀", max_size=12)


def by_definition(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        above, row = row, [i]
        for j, y in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("kitten", "sitting", 3),
        ("Saturday", "Sunday", 3),
        ("intention", "execution", 5),
        ("", "abc", 3),
        ("same", "same", 0),
        ("a😀b", "ab", 1),
    ],
)
def test_known_distances(one, other, distance):
    assert levenshtein(one, other) == levenshtein(other, one) == distance
    assert within(one, other, distance) == distance
    assert distance == 0 or within(one, other, distance - 1) is None


@given(TEXTS, TEXTS, st.integers(0, 12))
def test_both_algorithms_keep_to_the_definition(one, other, limit):
    distance = by_definition(one, other)

    assert levenshtein(one, other) == distance
    assert within(one, other, limit) == (distance if distance <= limit else None)


@given(TEXTS, TEXTS, TEXTS)
def test_a_detour_is_never_shorter(one, other, third):
    assert levenshtein(one, other) <= levenshtein(one, third) + levenshtein(third, other)


def test_few_edits_in_a_long_text_are_found():
    text = "the cat sat on the mat " * 5_000
    edited = text[:999] + "x" + text[999:70_000] + text[70_003:]

    assert within(text, edited, 5) == 4
    assert within(text, edited[::-1], 5) is None
