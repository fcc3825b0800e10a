"""Rule ``contract-without-schema``: JSON has fields."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("contract: {format: json}", "user:\nHello.", id="json"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("contract-without-schema", front, body)

    assert found.rule == "contract-without-schema"
    assert found.level == "warning"
    assert "has no schema" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("contract: {schema: {a: string}}", "user:\nHello.", id="schema"),
        pytest.param("contract: {format: text}", "user:\nHello.", id="text"),
        pytest.param("", "user:\nHello.", id="none"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("contract-without-schema", front, body) == []
