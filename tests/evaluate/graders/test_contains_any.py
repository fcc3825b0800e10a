"""The grader ``contains-any``: one of several texts."""

import pytest


@pytest.mark.parametrize(
    ("target", "passes"),
    [("nope, Monday", True), (["Tuesday", "Monday"], True), (["REFUND", "monday"], False), ('"refund, of"', False)],
)
async def test_the_reply_must_hold_one_text(build, case, outcome, target, passes):
    verdict = await build("contains-any")(case(target), outcome("Your refund of 4.90 comes on Monday."))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
