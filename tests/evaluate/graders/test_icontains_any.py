"""The grader ``icontains-any``: one of several texts, whatever their case."""

import pytest


@pytest.mark.parametrize(("target", "passes"), [("nope, monday", True), (["never", "Tuesday"], False)])
async def test_the_reply_must_hold_one_text(build, case, outcome, target, passes):
    verdict = await build("icontains-any")(case(target), outcome("Your refund comes on MONDAY."))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
