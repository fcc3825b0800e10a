"""The grader ``finish-reason``: why the reply ended."""

import pytest


@pytest.mark.parametrize(
    ("value", "finish", "passes", "reason"),
    [
        ("stop", "stop", True, "ended by stop"),
        ("STOP", "stop", True, "ended by stop"),
        ("stop", "length", False, "ended by length, not by stop"),
        ("tool_calls", "tool_calls", True, "ended by tool_calls"),
        ("stop", "unknown", False, "the provider does not say why the reply ended"),
    ],
)
async def test_the_reason_must_be_the_one_that_is_wanted(build, case, outcome, value, finish, passes, reason):
    verdict = await build("finish-reason", value=value)(case(), outcome("", finish=finish))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)
