"""Text that any stream can print and no terminal obeys."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assay.cli.terminal_text import TerminalText

UTF8 = TerminalText("utf-8", ascii_only=False)
ASCII = TerminalText("ascii", ascii_only=True)


@given(st.text())
def test_no_control_character_is_left(text):
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", UTF8.safe(text))


@given(st.text())
def test_ascii_is_enough(text):
    assert ASCII.safe(text).isascii()


@given(st.text(), st.integers(4, 60), st.sampled_from([UTF8, ASCII]))
def test_one_line_is_one_line_and_fits(text, width, stream):
    line = stream.one_line(text, width)

    assert "\n" not in line
    assert cell_len(line) <= width


@given(st.text(alphabet="abc é客", max_size=20))
def test_a_short_text_is_left_as_it_is(text):
    assert UTF8.one_line(text, 60) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\u00a0b", "a b", id="no-break-space"),
        pytest.param("✓ − × …", "+ - x ...", id="our-signs"),
        pytest.param("客", "\\u5ba2", id="anything-else"),
        pytest.param("\x1b[31m", "\\x1b[31m", id="escape-sequence"),
    ],
)
def test_ascii_shows(text, shown):
    assert ASCII.safe(text) == shown


def test_an_encoding_that_nobody_knows_is_taken_for_ascii():
    assert TerminalText("no-such-encoding", ascii_only=True).safe("é") == "\\xe9"
