"""The grader ``trace-span-count``: spans by the pattern of their name."""

import pytest

from assay.core.errors import BadInput, GraderFailed

TRACE = {"trace": {"spans": [{"name": "db.query"}, {"name": "db.commit"}, {"name": "http"}]}}


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ({"pattern": "db.*", "min": 2}, True),
        ({"pattern": "db.*", "max": 1}, False),
        ({"pattern": "*", "min": 3, "max": 3}, True),
        ({"pattern": "x"}, True),
    ],
)
async def test_spans_are_counted(build, case, acted, value, passes):
    assert (await build("trace-span-count", value=value)(case(), acted(metadata=TRACE))).passed is passes


@pytest.mark.parametrize("metadata", [None, {}, {"trace": None}, {"trace": {"spans": 3}}])
async def test_without_a_trace_it_is_an_error(build, case, acted, metadata):
    with pytest.raises(GraderFailed) as caught:
        await build("trace-span-count", value={"pattern": "*"})(case(), acted(metadata=metadata))

    assert caught.value.code == "grader.no_trace"


@pytest.mark.parametrize("value", [{}, {"pattern": " "}, {"pattern": "*", "min": "2"}])
def test_a_value_that_is_not_whole_is_refused(build, value):
    with pytest.raises(BadInput):
        build("trace-span-count", value=value)
