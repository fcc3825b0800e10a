"""The grader ``trajectory-tool-sequence``: tools in their order, with others between or without."""

import pytest

from assay.core.errors import BadInput


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        (["look", "write"], True),
        (["write", "look"], False),
        ({"mode": "exact", "steps": ["look", "see", "write"]}, True),
        ({"mode": "exact", "steps": ["look", "write"]}, False),
        ({"steps": [{"pattern": "lo*"}, {"name": "write"}]}, True),
        (["look", "look"], False),
    ],
)
async def test_the_order_is_compared(build, case, acted, value, passes):
    calls = acted(("look", {}), ("see", {}), ("write", {}))

    assert (await build("trajectory-tool-sequence", value=value)(case(), calls)).passed is passes


@pytest.mark.parametrize("value", [[], {"steps": []}, {"mode": "any", "steps": ["a"]}, [{"min": 1}]])
def test_a_sequence_that_is_none_is_refused(build, value):
    with pytest.raises(BadInput):
        build("trajectory-tool-sequence", value=value)
