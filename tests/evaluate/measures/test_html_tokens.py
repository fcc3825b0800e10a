"""Tags and text of HTML, as the standard's tokenizer sees them."""

import pytest

from assay.evaluate.measures.html_tokens import html_tokens


def shown(text: str) -> list[str]:
    marks = {"start": "<{}>", "end": "</{}>", "text": "{}"}
    return [marks[token.kind].format(token.value) + ("/" if token.closed else "") for token in html_tokens(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a<B>c</b >", ["a", "<b>", "c", "</b>"]),
        ('<img alt="a>b"/>x', ["<img>/", "x"]),
        ("<a title='it''s'>", ["<a>"]),
        ("<a title=it's>x", ["<a>", "x"]),
        ("3 < 4 and 4 <5", ["3 ", "<", " 4 and 4 ", "<", "5"]),
        ("<!DOCTYPE html><!-- <b> --><?php x ?>y", ["y"]),
        ("<!-->a<!--->b<!-- open", ["a", "b"]),
        ("<script>if (a<b) {}</script>", ["<script>", "if (a<b) {}", "</script>"]),
        ("<title><b></TITLE>x", ["<title>", "<b>", "</title>", "x"]),
        ("<b", []),
        ('<b class="x>', []),
        ("</>x", ["x"]),
        ("<span</body>", ["<span<>"]),
        ("", []),
    ],
)
def test_markup_is_told_from_text(text, found):
    assert shown(text) == found
