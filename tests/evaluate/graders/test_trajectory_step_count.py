"""The grader ``trajectory-step-count``: steps of a kind, of a name, within bounds."""

import pytest

from assay.core.errors import BadInput

SPANS = [
    {"name": "reasoning"},
    {"name": "exec git status"},
    {"name": "call", "attributes": {"tool.name": "look"}},
    {"name": "chat"},
]


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ({"max": 4}, True),
        ({"max": 3}, False),
        ({"type": "command", "min": 1, "max": 1}, True),
        ({"type": ["tool", "command"], "min": 2}, True),
        ({"pattern": "git", "min": 1}, True),
        ({"name": "look", "max": 0}, False),
    ],
)
async def test_steps_that_are_meant_are_counted(build, case, acted, value, passes):
    found = acted(metadata={"trace": {"spans": SPANS}})

    assert (await build("trajectory-step-count", value=value)(case(), found)).passed is passes


def test_a_count_without_bounds_is_refused(build):
    with pytest.raises(BadInput):
        build("trajectory-step-count", value={"type": "tool"})
