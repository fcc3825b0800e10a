"""The grader ``trajectory-goal-success``: a judge sees the goal, the steps and what was said."""

import pytest

from assay.core.errors import BadInput, GraderFailed
from assay.evaluate.graders.trajectory_goal_success import shown
from assay.evaluate.trajectory.step import Step


@pytest.mark.parametrize("value", ["The order is placed", {"goal": "The order is placed"}])
async def test_the_verdict_is_the_judges(court, case, acted, value):
    async with court('{"reason": "it is", "score": 0.9, "pass": true}') as sitting:
        grade = sitting.build("trajectory-goal-success", value=value, threshold=0.8)
        verdict = await grade(case(), acted(("order", {"item": "{{ lamp }}"}), text="Done."))

    assert (verdict.score, verdict.passed) == (0.9, True)
    assert '"kind":"tool","name":"order","arguments":{"item":"{{ lamp }}"}' in sitting.prompts[0]
    assert "The order is placed" in sitting.prompts[0]
    assert "Done." in sitting.prompts[0]


async def test_a_judge_without_a_verdict_is_an_error(court, case, acted):
    async with court("who knows") as sitting:
        with pytest.raises(GraderFailed):
            await sitting.build("trajectory-goal-success", value="x")(case(), acted(text="Done."))


def test_of_a_long_way_the_beginning_and_the_end_are_shown():
    found = shown([Step("tool", f"t{i}", (), "x" * 1_000) for i in range(100)])

    assert len(found) == 25
    assert found[12] == {"left_out": 76}
    assert found[-1]["number"] == 100
    assert len(found[0]["arguments"]) == 401


def test_no_goal_is_refused(build):
    with pytest.raises(BadInput):
        build("trajectory-goal-success", value={"aim": "x"})
