"""Rule ``missing-max-tokens``: a reply has a limit."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("", "user:\nHello.", id="none"),
        pytest.param("model: {parameters: {seed: 7}}", "user:\nHello.", id="another-parameter"),
        pytest.param("contract: {limits: {max_chars: 5}}", "user:\nHello.", id="characters-only"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("missing-max-tokens", front, body)

    assert found.rule == "missing-max-tokens"
    assert found.level == "note"
    assert "no limit in tokens" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("model: {parameters: {max_tokens: 5}}", "user:\nHello.", id="parameter"),
        pytest.param("contract: {limits: {max_tokens: 5}}", "user:\nHello.", id="contract"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("missing-max-tokens", front, body) == []
