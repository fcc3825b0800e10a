"""The grader ``conversation-relevance``: one verdict for each turn, seen with the turns before it."""

import pytest

from assay.core.errors import GraderFailed

YES, NO = '{"verdict": "yes", "reason": "it fits"}', '{"verdict": "no", "reason": "off topic"}'
TALK = {"_conversation": [{"input": f"q{i}", "output": f"a{i}"} for i in range(1, 5)]}


async def test_the_score_is_the_share_of_relevant_turns(court, case, outcome):
    async with court(YES, NO, NO, YES) as sitting:
        verdict = await sitting.build("conversation-relevance")(case(inputs=TALK), outcome("unused"))

    assert (verdict.score, verdict.passed) == (0.5, True)
    assert verdict.reason == (
        "2 of 4 answers take up what was said; not the one of turn 2: off topic; not the one of turn 3: off topic"
    )


async def test_a_window_ends_with_the_turn_that_is_judged(court, case, outcome):
    async with court(YES) as sitting:
        await sitting.build("conversation-relevance", window_size=2)(case(inputs=TALK), outcome("unused"))

    seen = [[n for n in range(1, 5) if f'"a{n}"' in prompt] for prompt in sitting.prompts]
    assert seen == [[1], [1, 2], [2, 3], [3, 4]]


async def test_a_reply_without_a_conversation_is_one_turn(court, case, outcome):
    async with court(YES) as sitting:
        assert (await sitting.build("conversation-relevance")(case(), outcome("Hi"))).score == 1.0

    assert '[{"input":"hello","output":"Hi"}]' in sitting.prompts[0]


async def test_templates_in_the_conversation_stay_text(court, case, outcome):
    asked = "What is {{country}}? {% for x in y %}{{ env.KEY }}"
    talk = {"country": "France", "_conversation": [{"input": asked, "output": {"a": "{{country}}"}}]}
    async with court(YES) as sitting:
        await sitting.build("conversation-relevance", threshold=0)(case(inputs=talk), outcome("unused"))

    assert asked in sitting.prompts[0]


@pytest.mark.parametrize("reply", ["", "yes", '{"verdict": "maybe"}', '{"reason": "yes"}'])
async def test_a_reply_that_is_neither_yes_nor_no_is_an_error(court, case, outcome, reply):
    async with court(reply) as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("conversation-relevance")(case(), outcome("Hi"))

    assert caught.value.code == "judge.unreadable"


async def test_the_turns_of_a_conversation_are_judged(court, case, acted, talked):
    talk = talked(acted(text="a1", asked="q1"), acted(text="a2", asked="q2"))
    async with court(YES) as sitting:
        verdict = await sitting.build("conversation-relevance")(case(), talk)

    assert verdict.reason == "2 of 2 answers take up what was said"
    assert '[{"input":"q1","output":"a1"},{"input":"q2","output":"a2"}]' in sitting.prompts[1]
