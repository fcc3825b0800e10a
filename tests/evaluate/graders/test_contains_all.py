"""The grader ``contains-all``: every one of several texts."""

import pytest


@pytest.mark.parametrize(
    ("target", "passes"),
    [("refund, Monday", True), (["refund", "Monday"], True), (["refund", "monday"], False), ('"4.90, on"', False)],
)
async def test_the_reply_must_hold_every_text(build, case, outcome, target, passes):
    verdict = await build("contains-all")(case(target), outcome("Your refund of 4.90 comes on Monday."))

    assert (verdict.score, verdict.passed) == (float(passes), passes)


async def test_the_texts_may_be_the_same_for_all_cases(build, case, outcome):
    verdict = await build("contains-all", value=["a", 4, "q"])(case(), outcome("a 4"))

    assert verdict.reason == "does not contain 'q'"
