"""Rule ``missing-owner``: a prompt needs somebody who answers for it."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("", "user:\nHello.", id="none"),
        pytest.param("owner: ' '", "user:\nHello.", id="blank"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("missing-owner", front, body)

    assert found.rule == "missing-owner"
    assert found.level == "warning"
    assert "has no owner" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("owner: support", "user:\nHello.", id="owner"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("missing-owner", front, body) == []
