"""The grader ``finish-reason``: why the reply ended."""

import pytest

from assay.core.errors import GraderFailed


@pytest.mark.parametrize(
    ("value", "finish", "passes", "reason"),
    [
        ("stop", "stop", True, "ended by stop"),
        ("STOP", "stop", True, "ended by stop"),
        ("stop", "length", False, "ended by length, not by stop"),
        ("tool_calls", "tool_calls", True, "ended by tool_calls"),
    ],
)
async def test_the_reason_must_be_the_one_that_is_wanted(build, case, outcome, value, finish, passes, reason):
    verdict = await build("finish-reason", value=value)(case(), outcome("", finish=finish))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)


async def test_a_reason_that_nobody_gives_is_an_error_whichever_way_round_it_is_asked(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("finish-reason", value="stop")(case(), outcome("", finish="unknown"))

    assert caught.value.code == "grader.no_finish_reason"
