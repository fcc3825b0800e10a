"""Rule ``no-suite``: a prompt is tested."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("", "user:\nHello.", id="none"),
        pytest.param("suites: []", "user:\nHello.", id="empty-list"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("no-suite", front, body)

    assert found.rule == "no-suite"
    assert found.level == "warning"
    assert "names no suite" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("suites: [s.yaml]", "user:\nHello.", id="one"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("no-suite", front, body) == []
