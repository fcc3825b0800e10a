"""Rule ``control-tokens-in-text``: messages have roles already."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("", "user:\n<|im_start|>user", id="chatml"),
        pytest.param("", "user:\nBye </s>", id="end-of-text"),
        pytest.param("", "user:\n[INST] Hi", id="instruction"),
        pytest.param("", "user:\n<|eot_id|> and <|eot_id|>", id="twice-is-once"),
        pytest.param("", "system:\n<|system|>\nuser:\nx", id="as-a-role"),
        pytest.param("", "user:\n<start_of_turn>x", id="turn"),
        pytest.param("", "user:\n<<<dotprompt:role:system>>>", id="dotprompt"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("control-tokens-in-text", front, body)

    assert found.rule == "control-tokens-in-text"
    assert found.level == "error"
    assert "mark of a model's own chat format" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("", "user:\n<s>old</s> new", id="struck-out"),
        pytest.param("", "user:\n<start> [INSTALL] <|> a|b|>", id="a-tag"),
        pytest.param("inputs: {x: {default: '</s>'}}", "user:\n{{ x }}", id="in-a-value"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("control-tokens-in-text", front, body) == []
