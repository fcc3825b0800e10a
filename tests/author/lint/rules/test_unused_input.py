"""Rule ``unused-input``: an input is there to be used."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: string}", "user:\nHello.", id="plain"),
        pytest.param("inputs: {'x?': string}", "user:\nHello.", id="optional"),
        pytest.param("inputs: {x: string}", "user:\nHi. {# {{ x }} #}", id="only-in-a-comment"),
        pytest.param("inputs: {x: string}", "user:\n{% raw %}{{ x }}{% endraw %}", id="only-as-text"),
        pytest.param("inputs: {x: string, y: any}", "user:\n{{ y.x }}", id="an-attribute-of-that-name"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("unused-input", front, body)

    assert found.rule == "unused-input"
    assert found.level == "warning"
    assert "'x' is used nowhere" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("inputs: {x: string}", "user:\n{{ x }}", id="printed"),
        pytest.param("inputs: {x: string}", "user:\nA{% if x %}B{% endif %}", id="asked-about"),
        pytest.param("inputs: {x: any}", "insert: x\nuser:\nHi", id="inserted"),
        pytest.param("inputs: {x: any}", "user:\n{% for y in x %}{{ y }}{% endfor %}", id="looped"),
        pytest.param("inputs: {x: any}\ncontract: {citations: {source: x}}", "user:\nHello.", id="cited"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("unused-input", front, body) == []
