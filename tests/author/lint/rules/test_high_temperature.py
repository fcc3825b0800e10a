"""Rule ``high-temperature``: strict formats want a calm model."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("model: {parameters: {temperature: 1}}\ncontract: {format: json}", "user:\nHello.", id="json"),
        pytest.param(
            "model: {parameters: {temperature: 0.8}}\ncontract: {choices: [a, b]}", "user:\nHello.", id="choice"
        ),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("high-temperature", front, body)

    assert found.rule == "high-temperature"
    assert found.level == "warning"
    assert "the temperature is" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param(
            "model: {parameters: {temperature: 0.7}}\ncontract: {format: json}", "user:\nHello.", id="at-the-limit"
        ),
        pytest.param("model: {parameters: {temperature: 1}}\ncontract: {format: text}", "user:\nHello.", id="text"),
        pytest.param("model: {parameters: {temperature: 1}}", "user:\nHello.", id="no-contract"),
        pytest.param("contract: {format: json}", "user:\nHello.", id="not-set"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("high-temperature", front, body) == []
