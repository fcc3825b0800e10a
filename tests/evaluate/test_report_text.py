"""Text that is fit for a page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.report_text import Clip, clip, one_line, visible

ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@given(st.text(alphabet=st.characters(), max_size=200))
def test_nothing_is_left_that_acts_unseen(text):
    assert not ACTS.search(visible(text))


@given(st.text(alphabet=st.characters(), max_size=400), st.integers(10, 200))
def test_a_text_on_one_line_has_no_break_and_is_short(text, limit):
    line = one_line(text, limit)

    assert "\n" not in line
    assert not ACTS.search(line)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\tb\nc", "a\tb\nc", id="tabs-and-lines-stay"),
        pytest.param("a\r\nb", "a\nb", id="lines-of-windows"),
        pytest.param("a\rb", "a␍b", id="return"),
        pytest.param("\x00\x1b\x7f", "␀␛␡", id="controls"),
        pytest.param("\u202e", "⟨U+202E⟩", id="reordering"),
        pytest.param("👩\u200d👧", "👩\u200d👧", id="joined-emoji-stay"),
        pytest.param("\ud800", "?", id="half-a-character"),
    ],
)
def test_shows(text, shown):
    assert visible(text) == shown


def test_what_is_left_out_is_counted():
    assert clip("x" * 1_000, 100) == Clip("x" * 100, 900)


def test_what_leaves_out_less_than_a_line_is_shown_whole():
    assert clip("x" * 140, 100) == Clip("x" * 140, 0)
