"""Rule ``untrusted-in-system``: outside text is no instruction."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: string}", "system:\nYou help {{ x }}.\nuser:\nHi", id="user"),
        pytest.param("inputs: {x: {trust: retrieved}}", "system:\n{{ x }}\nuser:\nHi", id="retrieved"),
        pytest.param(
            "inputs: {x: {type: string, trust: tool}}", "developer:\n{{ x }}\nuser:\nHi", id="developer-message"
        ),
        pytest.param(
            "inputs: {x: any}", "system:\n{% for y in x %}- {{ y.text }}{% endfor %}\nuser:\nHi", id="through-a-loop"
        ),
        pytest.param("inputs: {x: string}", "system:\n{% set y = x %}{{ y|trim }}\nuser:\nHi", id="through-set"),
        pytest.param("inputs: {x: string}", "system:\n{{ x }} {{ x }}\nuser:\nHi", id="once-a-message"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("untrusted-in-system", front, body)

    assert found.rule == "untrusted-in-system"
    assert found.level == "error"
    assert "prints 'x'" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: {type: string, trust: developer}}", "system:\n{{ x }}\nuser:\nHi", id="own-code"),
        pytest.param("inputs: {x: string}", "system:\nHi\nuser:\n{{ x }}", id="in-a-user-message"),
        pytest.param("inputs: {x: {enum: [a, b]}}", "system:\n{{ x }}\nuser:\nHi", id="from-a-list"),
        pytest.param("inputs: {x: integer}", "system:\n{{ x }}\nuser:\nHi", id="a-number"),
        pytest.param(
            "inputs: {x: string}", "system:\n{% if x %}Be brief.{% endif %}\nuser:\n{{ x }}", id="only-asked-about"
        ),
        pytest.param(
            "inputs: {x: string, z: {trust: developer}}",
            "system:\n{% for y in z %}{{ y }}{% endfor %}\nuser:\n{% for y in x %}{{ y }}{% endfor %}",
            id="same-name-in-another-message",
        ),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("untrusted-in-system", front, body) == []
