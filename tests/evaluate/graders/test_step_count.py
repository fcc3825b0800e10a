"""The grader ``step-count``: calls, steps or turns, within bounds."""

import pytest

from assay.core.errors import BadInput

TRACE = {"trace": {"spans": [{"name": "reasoning"}, {"name": "x", "attributes": {"tool.name": "look"}}]}}


@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        ({"max": 2}, True),
        ({"max": 1}, False),
        ({"min": 3}, False),
        ({"min": 2, "max": 2}, True),
        ({"max": 0, "pattern": "write*"}, True),
        ({"min": 1, "max": 1, "pattern": "look"}, True),
        ({"max": 1, "count": "turns"}, True),
    ],
)
async def test_calls_are_counted(build, case, acted, settings, passes):
    verdict = await build("step-count", **settings)(case(), acted(("look", {}), ("see", {})))

    assert verdict.passed is passes


async def test_all_steps_of_a_trace_may_be_counted(build, case, acted):
    assert (await build("step-count", min=2, count="steps")(case(), acted(metadata=TRACE))).passed
    assert (await build("step-count", max=1)(case(), acted(metadata=TRACE))).passed


async def test_turns_of_a_conversation_may_be_counted(build, case, acted, talked):
    verdict = await build("step-count", max=2, count="turns")(case(), talked(*[acted(text="hi")] * 3))

    assert verdict.reason == "3 turns; at most 2 allowed"
    assert not verdict.passed


@pytest.mark.parametrize("settings", [{}, {"min": 3, "max": 2}, {"max": -1}])
def test_bounds_that_bound_nothing_are_refused(build, settings):
    with pytest.raises(BadInput):
        build("step-count", **settings)
