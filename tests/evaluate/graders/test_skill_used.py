"""The grader ``skill-used``: what an agent says of its skills, by name and by pattern."""

import pytest

from assay.core.errors import BadInput

META = {
    "skillCalls": [{"name": "smoke-skill", "source": "tool"}, {"name": "broken", "is_error": True}, {"odd": 1}],
    "attemptedSkillCalls": [{"name": "tried"}],
}


@pytest.mark.parametrize(
    ("value", "forbid", "passes"),
    [
        ("smoke-skill", False, True),
        ("smoke-*", False, False),  # a plain name is no pattern
        ({"pattern": "smoke-*"}, False, True),
        (["smoke-skill", "other"], False, False),
        ("broken", False, False),
        ({"name": "smoke-skill", "max": 0}, False, False),
        ({"pattern": "missing-*"}, True, True),
        ("broken", True, False),
        ("tried", True, False),
        (["other"], True, True),
    ],
)
async def test_skills_are_looked_for_in_the_metadata(build, case, acted, value, forbid, passes):
    grade = build("skill-used", value=value, forbid=forbid)

    assert (await grade(case(), acted(text="Skill smoke", metadata=META))).passed is passes


async def test_an_agent_that_tells_of_none_used_none(build, case, outcome):
    assert not (await build("skill-used", value="x")(case(), outcome("hi"))).passed


@pytest.mark.parametrize("value", ["", [], {}, {"min": 1}, {"name": "x", "max": 1.5}])
def test_a_value_that_names_nothing_is_refused(build, value):
    with pytest.raises(BadInput):
        build("skill-used", value=value)
