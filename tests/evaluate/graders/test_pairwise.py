"""Grader ``pairwise``: both orders, turned back before they are compared; a disagreement is a tie."""

import json

import pytest

from assay.core.errors import GraderFailed


def says(which: str) -> str:
    return json.dumps({"reason": "because", "better": which})


async def judged(court, case, outcome, *replies, **settings):
    async with court(*replies) as sitting:
        return await sitting.build("pairwise", **settings)(case("the other"), outcome("this one")), sitting


@pytest.mark.parametrize(
    ("replies", "score", "flipped"),
    [
        (("first", "second"), 1.0, False),
        (("second", "first"), 0.0, False),
        (("tie", "tie"), 0.5, False),
        (("first", "first"), 0.5, True),
        (("second", "tie"), 0.5, True),
    ],
)
async def test_only_what_both_orders_say_counts(court, case, outcome, replies, score, flipped):
    verdict, _ = await judged(court, case, outcome, *map(says, replies))

    assert verdict.score == score
    assert verdict.detail["flipped"] is flipped
    assert verdict.named == {"pairwise-flipped": float(flipped)}
    assert verdict.passed is (score >= 0.5)


async def test_a_tie_may_be_not_enough(court, case, outcome):
    verdict, _ = await judged(court, case, outcome, says("tie"), wins="better")

    assert not verdict.passed


async def test_each_is_shown_first_once(court, case, outcome):
    _, sitting = await judged(court, case, outcome, says("tie"))
    places = sorted(prompt.index("this one") < prompt.index("the other") for prompt in sitting.prompts)

    assert places == [False, True]


@pytest.mark.parametrize("reply", ["left", "{}", '{"better": 3}'])
async def test_what_names_neither_is_no_verdict(court, case, outcome, reply):
    with pytest.raises(GraderFailed) as caught:
        await judged(court, case, outcome, reply)

    assert caught.value.code == "judge.unreadable"
