"""Rule ``missing-max-chars``: outside text has a limit."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: string}", "user:\n{{ x }}", id="text"),
        pytest.param("inputs: {x: {type: array, maxItems: 3}}", "user:\n{{ x }}", id="a-list"),
        pytest.param("inputs: {x: any}", "insert: x\nuser:\nHi", id="inserted"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("missing-max-chars", front, body)

    assert found.rule == "missing-max-chars"
    assert found.level == "warning"
    assert "'x' comes from outside" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: {type: string, max_chars: 9}}", "user:\n{{ x }}", id="limited"),
        pytest.param("inputs: {x: {type: string, maxLength: 9}}", "user:\n{{ x }}", id="by-schema"),
        pytest.param("inputs: {x: {type: string, trust: developer}}", "user:\n{{ x }}", id="own-code"),
        pytest.param("inputs: {x: number}", "user:\n{{ x }}", id="number"),
        pytest.param("inputs: {'x(enum)': [a, b]}", "user:\n{{ x }}", id="from-a-list"),
        pytest.param("inputs: {x: string}", "user:\nHello.", id="unused"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("missing-max-chars", front, body) == []
