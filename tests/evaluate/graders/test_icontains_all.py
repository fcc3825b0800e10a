"""The grader ``icontains-all``: every one of several texts, whatever their case."""

import pytest


@pytest.mark.parametrize(("target", "passes"), [("REFUND, monday", True), (["refund", "Tuesday"], False)])
async def test_the_reply_must_hold_every_text(build, case, outcome, target, passes):
    verdict = await build("icontains-all")(case(target), outcome("Your refund comes on MONDAY."))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
