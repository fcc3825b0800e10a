"""Marks that no text holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.marks import Marks, choose_marks
from assay.core.errors import BadInput

_texts = st.text(alphabet="ab\ufdd0\ufdd1\ufdd2\ufdef01", max_size=12)


@given(st.lists(st.tuples(_texts, _texts), max_size=5))
def test_what_is_between_marks_comes_back(pieces: list[tuple[str, str]]) -> None:
    marks = choose_marks([text for pair in pieces for text in pair])
    marked = ""
    for i, (literal, value) in enumerate(pieces):
        start, stop = marks.around(i)
        marked += f"{literal}{start}{value}{stop}"

    assert list(marks.split(marked)) == [(literal, i, value) for i, (literal, value) in enumerate(pieces)]


def test_marks_are_looked_for_in_all_that_a_value_holds() -> None:
    marks = Marks("\ufdd0", "\ufdd1")

    assert marks.occur_in({"a": [{"b": "x\ufdd1"}]})
    assert marks.occur_in({"\ufdd0": 1})
    assert not marks.occur_in({"a": ["\ufdd2", 5, None]})


def test_two_are_always_found_where_two_are_free() -> None:
    every = [chr(c) for c in range(0xFDD0, 0xFDF0)]

    assert choose_marks("".join(every[2:])) == Marks(every[0], every[1])
    with pytest.raises(BadInput, match="which no text should"):
        choose_marks("".join(every[1:]))
