"""Rule ``choices-not-in-text``: a model picks only what it is told."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("contract: {choices: [billing, bug]}", "user:\nBilling or not?", id="one"),
        pytest.param("contract: {choices: [bill, bug]}", "user:\nbilling, bug", id="part-of-a-word"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("choices-not-in-text", front, body)

    assert found.rule == "choices-not-in-text"
    assert found.level == "warning"
    assert "of the choices, 'b" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("contract: {choices: [billing, bug]}", "user:\nAnswer 'Billing' or 'bug'.", id="all"),
        pytest.param("contract: {choices: [A+, not clear]}", "user:\nA+ or not\nclear", id="with-signs"),
        pytest.param("contract: {format: json}", "user:\nHello.", id="json"),
        pytest.param("", "user:\nHello.", id="none"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("choices-not-in-text", front, body) == []
