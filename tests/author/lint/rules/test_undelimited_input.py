"""Rule ``undelimited-input``: a value's end is marked."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: string}", "user:\nTranslate:\n{{ x }}\nKeep names.", id="line-after"),
        pytest.param("inputs: {x: string}", "user:\nSummarise {{ x }} in French.", id="same-line"),
        pytest.param("inputs: {x: any}", "user:\n{% for y in x %}\n{{ y }}\n{% endfor %}\nNow sum up.", id="loop"),
        pytest.param("inputs: {x: string}", "user:\n{{ x }}\n\nWhat is the tone?", id="blank-line-only"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("undelimited-input", front, body)

    assert found.rule == "undelimited-input"
    assert found.level == "warning"
    assert "goes on after 'x'" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: string}", "user:\nTranslate this:\n{{ x }}", id="at-the-end"),
        pytest.param("inputs: {x: string}", "user:\n<text>\n{{ x }}\n</text>\nKeep names.", id="tags"),
        pytest.param("inputs: {x: string}", 'user:\nSay "{{ x }}" in French.', id="quotes"),
        pytest.param("inputs: {x: string}", "user:\n```\n{{ x }}\n```\nSum up.", id="fence"),
        pytest.param("inputs: {x: string}", "user:\nText: {{ x }}\nCategory:", id="label"),
        pytest.param("inputs: {x: {type: string, max_chars: 40}}", "user:\nDear {{ x }}, hello.", id="short"),
        pytest.param("inputs: {x: integer}", "user:\nGive {{ x }} ideas.", id="number"),
        pytest.param("inputs: {x: any}", "user:\n{{ x|tojson }}\nSum up.", id="as-json"),
        pytest.param("inputs: {x: {type: string, trust: developer}}", "user:\n{{ x }} is today.", id="own-code"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("undelimited-input", front, body) == []
