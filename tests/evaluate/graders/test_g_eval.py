"""The grader ``g-eval``: steps from a criterion, a score by the steps, the mean over criteria."""

import pytest

from assay.core.errors import BadInput, GraderFailed

STEPS = 'Sure: {"steps": ["Look at the tone.", "Compare with the question."]}'


def scored(number: object) -> str:
    found = str(number).strip('"')
    return f'{{"reason": "found {found}", "score": {number}}}'


@pytest.mark.parametrize(
    ("number", "score", "passes"), [(10, 1.0, True), (7, 0.7, True), (6, 0.6, False), ('"8"', 0.8, True)]
)
async def test_the_score_is_a_tenth_of_the_judges(court, case, outcome, number, score, passes):
    async with court(STEPS, scored(number)) as sitting:
        verdict = await sitting.build("g-eval", value="is polite")(case(), outcome("Dear customer"))

    assert (verdict.score, verdict.passed) == (score, passes)
    assert "Look at the tone.\n- Compare with the question." in sitting.prompts[1]
    assert "to 10, where it is met fully" in sitting.prompts[1]


async def test_several_criteria_are_averaged_and_named(court, case, outcome):
    async with court(STEPS, scored(10), STEPS, scored(5)) as sitting:
        grade = sitting.build("g-eval", value={"polite": "is polite", "short": "is short"}, threshold=0.75)
        verdict = await grade(case(), outcome("Dear customer"))

    assert (verdict.score, verdict.passed) == (0.75, True)
    assert verdict.named == {"polite": 1.0, "short": 0.5}
    assert verdict.reason == "polite: 1.00, found 10 short: 0.50, found 5"


async def test_a_list_of_criteria_is_averaged_without_names(court, case, outcome):
    async with court(STEPS, scored(10), STEPS, scored(0)) as sitting:
        verdict = await sitting.build("g-eval", value=["is polite", "is short"])(case(), outcome("x"))

    assert (verdict.score, verdict.named) == (0.5, {})


async def test_the_steps_of_a_criterion_are_made_once_for_all_cases(court, case, outcome):
    async with court(STEPS, scored(9), scored(8)) as sitting:
        grade = sitting.build("g-eval", value="is polite")
        await grade(case(), outcome("one"))
        await grade(case(), outcome("two"))

    assert len(sitting.fake.requests) == 3


@pytest.mark.parametrize(
    "replies",
    [
        ("no steps",),
        ('{"steps": []}',),
        ('{"steps": ["a", 1]}',),
        (STEPS, "fine"),
        (STEPS, scored(11)),
        (STEPS, scored(-1)),
        (STEPS, scored("null")),
        (STEPS, '{"score": 7}'),
    ],
)
async def test_steps_or_a_score_that_cannot_be_read_are_an_error(court, case, outcome, replies):
    async with court(*replies) as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("g-eval", value="is polite")(case(), outcome("x"))

    assert caught.value.code == "judge.unreadable"


async def test_both_prompts_can_be_replaced(court, case, outcome):
    async with court(STEPS, scored(9)) as sitting:
        own = {"steps": "Plan for {{criteria}}", "evaluate": "Of {{maxScore}}: {{output}}"}
        await sitting.build("g-eval", value="is polite", rubric_prompt=own)(case(), outcome("Dear"))

    assert sitting.prompts[0].startswith("Plan for [[CRITERIA")
    assert sitting.prompts[1].startswith("Of 10: [[OUTPUT")


@pytest.mark.parametrize("settings", [{"value": []}, {"value": ""}, {"value": "x", "rubric_prompt": {"stpes": "x"}}])
def test_no_criterion_or_an_unknown_prompt_is_refused(build, settings):
    with pytest.raises(BadInput):
        build("g-eval", **settings)
