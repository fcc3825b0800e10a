"""Rule ``broken-template``: what cannot be rendered whatever the values."""

import pytest


@pytest.mark.parametrize(
    ("body", "words", "line"),
    [
        pytest.param("user:\nx\n{% for y in x %}{{ y }}", "not well-formed", 7, id="not-ended"),
        pytest.param("user:\n{% macro m() %}{% endmacro %}", "macro", 6, id="statement"),
        pytest.param("user:\nA\n{{ x|shout }}", "'shout'", 7, id="filter"),
        pytest.param("user:\n{{ x.upper() }}", "'upper'", 6, id="method"),
    ],
)
def test_a_hit(lint, body, words, line):
    (found,) = lint("broken-template", "inputs: {x: any}", body)

    assert found.level == "error"
    assert words in found.what
    assert found.where.line == line


def test_a_hit_in_a_partial_is_placed_there(lint):
    (found,) = lint("broken-template", body='user:\n{% include "a" %}', files={"partials/a.md": "x\n{{ 2 * 3 }}"})

    assert str(found.where) == "partials/a.md:2"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("user:\n{% for y in x %}{{ y|upper }}{% endfor %}", id="well-formed"),
        pytest.param("user:\n{{ nobody }}", id="a-name-is-another-rules"),
        pytest.param("user:\n{% raw %}{% macro %}{% endraw %}", id="as-text"),
    ],
)
def test_a_near_miss(lint, body):
    assert lint("broken-template", "inputs: {x: any}", body) == []
