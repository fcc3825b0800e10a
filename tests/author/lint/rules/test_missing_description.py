"""Rule ``missing-description``: a prompt says what it is for."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("", "user:\nHello.", id="none"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("missing-description", front, body)

    assert found.rule == "missing-description"
    assert found.level == "note"
    assert "has no description" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("description: Sorts tickets.", "user:\nHello.", id="one"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("missing-description", front, body) == []
