"""The grader ``trajectory-tool-args-match``: one use of the tool has the wanted arguments."""

import pytest

from assay.core.errors import BadInput


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ({"name": "look", "args": {"q": "cats"}}, True),
        ({"name": "look", "args": {"q": "dogs"}}, False),
        ({"name": "look", "args": {"q": "cats"}, "mode": "exact"}, False),
        ({"name": "look", "args": {"q": "cats"}, "mode": "exact", "defaults": {"limit": 10}, "ignore": "*_id"}, True),
        ({"pattern": "lo*", "arguments": {"limit": 10}}, True),
        ({"name": "write", "args": {}}, False),
    ],
)
async def test_arguments_are_compared(build, case, acted, value, passes):
    calls = acted(("see", {"q": "cats"}), ("look", {"q": "cats", "limit": 10, "request_id": 7}))

    assert (await build("trajectory-tool-args-match", value=value)(case(), calls)).passed is passes


@pytest.mark.parametrize(
    "value",
    [
        {"name": "look"},
        {"args": {}},
        {"name": "look", "args": {}, "mode": "some"},
        {"name": "look", "args": {}, "defaults": 3},
        {"name": "look", "args": {}, "ignore": [""]},
    ],
)
def test_a_value_that_is_not_whole_is_refused(build, value):
    with pytest.raises(BadInput):
        build("trajectory-tool-args-match", value=value)
