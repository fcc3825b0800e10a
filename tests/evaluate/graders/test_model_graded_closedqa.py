"""The grader ``model-graded-closedqa``: the letter at the end of the judge's reply decides."""

import pytest

from assay.core.errors import GraderFailed


@pytest.mark.parametrize(
    ("reply", "passes"),
    [
        ("Thinking.\nY", True),
        ("Y then\nN", False),
        ("Y", True),
        ("It is.\n\n**Y**\n", True),
        ("Answer: N.", False),
        ("Yes or no? N\n ", False),
    ],
)
async def test_the_last_letter_decides(court, case, outcome, reply, passes):
    async with court(reply) as sitting:
        verdict = await sitting.build("model-graded-closedqa", value="it greets")(case(), outcome("Hello"))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
    assert all(text in sitting.prompts[0] for text in ("it greets", "Hello", "hello"))


@pytest.mark.parametrize("reply", ["", "Yes", "It is SUNNY", "Y, I would say", "no"])
async def test_a_reply_without_a_letter_at_its_end_is_an_error(court, case, outcome, reply):
    async with court(reply) as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("model-graded-closedqa", value="it greets")(case(), outcome("Hello"))

    assert caught.value.code == "judge.unreadable"
    assert len(sitting.fake.requests) == 2


async def test_the_criterion_may_come_from_the_case(court, case, outcome):
    async with court("Y") as sitting:
        await sitting.build("model-graded-closedqa")(case("is short"), outcome("Hello"))

    assert "is short" in sitting.prompts[0]


@pytest.mark.parametrize(("reply", "passes"), [("It is SUNNY", True), ("so N\n", False)])
async def test_a_lenient_reading_takes_the_last_character(court, case, outcome, reply, passes):
    async with court(reply) as sitting:
        verdict = await sitting.build("model-graded-closedqa", value="x", lenient=True)(case(), outcome("Hello"))

    assert verdict.passed is passes
