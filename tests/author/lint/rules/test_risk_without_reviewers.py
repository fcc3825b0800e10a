"""Rule ``risk-without-reviewers``: the more hangs on it, the more eyes."""

import pytest


@pytest.mark.parametrize(("risk", "level"), [("high", "warning"), ("critical", "error")])
def test_a_hit(lint, risk, level):
    (found,) = lint("risk-without-reviewers", f"risk: {risk}\nowner: x")

    assert found.level == level


@pytest.mark.parametrize("front", ["risk: medium", "", "risk: critical\nreviewers: [legal]"])
def test_a_near_miss(lint, front):
    assert lint("risk-without-reviewers", front) == []
