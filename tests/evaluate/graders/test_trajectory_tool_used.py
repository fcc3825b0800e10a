"""The grader ``trajectory-tool-used``: tools that had to be used, how often, or must not be."""

import pytest

from assay.core.errors import BadInput


@pytest.mark.parametrize(
    ("value", "forbid", "passes"),
    [
        ("look", False, True),
        ("lo*", False, True),
        (["look", "write"], False, True),
        (["look", "delete"], False, False),
        ({"name": "look", "min": 2}, False, True),
        ({"name": "look", "max": 1}, False, False),
        ({"pattern": "del*", "min": 0, "max": 0}, False, True),
        (["delete", "look"], True, False),
        (["delete", "drop*"], True, True),
    ],
)
async def test_the_tools_that_were_called_are_looked_through(build, case, acted, value, forbid, passes):
    grade = build("trajectory-tool-used", value=value, forbid=forbid)

    verdict = await grade(case(), acted(("look", {}), ("look", {}), ("write", {})))

    assert (verdict.score, verdict.passed) == (float(passes), passes)


async def test_a_trace_is_looked_through_in_their_place(build, case, acted):
    spans = [{"name": "call", "attributes": {"tool.name": "look"}}, {"name": "exec ls"}]
    found = acted(("other", {}), metadata={"trace": {"spans": spans}})

    assert (await build("trajectory-tool-used", value="look")(case(), found)).passed
    assert not (await build("trajectory-tool-used", value="other")(case(), found)).passed
    assert not (await build("trajectory-tool-used", value="ls")(case(), found)).passed  # a command is no tool


@pytest.mark.parametrize("value", [[], {}, {"min": 1}, {"name": "x", "min": -1}, {"name": "x", "min": 3, "max": 2}])
def test_a_value_that_names_nothing_is_refused(build, value):
    with pytest.raises(BadInput) as caught:
        build("trajectory-tool-used", value=value)

    assert caught.value.code == "grader.value"
