"""Cutting a template into its pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.scan import MAX_CHUNKS, scan
from assay.core.errors import BadInput
from assay.core.location import Location

HERE = Location("a.md", 10)


def pieces(text: str) -> list[tuple[str, str, int]]:
    return [(chunk.kind, chunk.body, chunk.line) for chunk in scan(text, HERE)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a { b } c }}", [("text", "a { b } c }}", 10)]),
        ("a{{ x }}b", [("text", "a", 10), ("expression", "x", 10), ("text", "b", 10)]),
        ("a\n{%- if x +%}\n", [("text", "a\n", 10), ("statement", "if x", 11), ("text", "\n", 11)]),
        ("{{- x -}}{{--x }}{{ x- }}", [("expression", "x", 10), ("expression", "-x", 10), ("expression", "x-", 10)]),
        ("{# {{ x }} #}y", [("comment", "{{ x }}", 10), ("text", "y", 10)]),
        ("{{ '}}' ~ \"%}\" }}", [("expression", "'}}' ~ \"%}\"", 10)]),
        ("{{ {'a': {'b': 1}} }}", [("expression", "{'a': {'b': 1}}", 10)]),
        (
            "{% raw %}{{ x }}{%- endraw -%}",
            [("statement", "raw", 10), ("raw", "{{ x }}", 10), ("statement", "endraw", 10)],
        ),
        ("{{ 'it\\'s }}' }}", [("expression", "'it\\'s }}'", 10)]),
        (
            "\n\n{{ a\n}}\n{{ b }}",
            [("text", "\n\n", 10), ("expression", "a", 12), ("text", "\n", 13), ("expression", "b", 14)],
        ),
    ],
)
def test_pieces(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert pieces(text) == expected


@given(
    st.lists(
        st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", " raw ", " endraw ", "'", '"', "a", "\n", "{", "-"]),
        max_size=15,
    ).map("".join)
)
def test_the_pieces_put_together_are_the_template(text: str) -> None:
    try:
        found = scan(text, HERE)
    except BadInput:
        return  # something is never closed; see below

    assert "".join(chunk.source for chunk in found) == text
    assert [chunk.line for chunk in found] == sorted(chunk.line for chunk in found)


@pytest.mark.parametrize(
    ("text", "opening", "line"),
    [
        ("a\n{{ x", "{{", 11),
        ("{% if x", "{%", 10),
        ("{# x", "{#", 10),
        ("{% raw %}\n{{ x", "{% raw %}", 10),
        ("{{ (x }}", "{{", 10),
    ],
)
def test_what_is_never_closed_is_named_with_its_line(text: str, opening: str, line: int) -> None:
    with pytest.raises(BadInput, match="is opened and never closed") as caught:
        scan(text, HERE)

    assert f"'{opening}'" in caught.value.what
    assert caught.value.where == Location("a.md", line)


def test_there_may_be_ten_thousand_pieces() -> None:
    assert len(scan("{##}" * MAX_CHUNKS, HERE)) == MAX_CHUNKS
    with pytest.raises(BadInput, match="more than 10,000"):
        scan("{##}" * (MAX_CHUNKS + 1), HERE)
