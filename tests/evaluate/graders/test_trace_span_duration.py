"""The grader ``trace-span-duration``: the longest span, or a percentile of them."""

import pytest

from assay.core.errors import BadInput, GraderFailed

SPANS = [{"name": f"db.{i}", "startTime": 1_000, "endTime": 1_000 + 10 * i} for i in range(1, 11)] + [{"name": "open"}]


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ({"max": 100}, True),
        ({"max": 99}, False),
        ({"max": 90, "percentile": 90}, True),
        ({"max": 89, "percentile": 90}, False),
        ({"max": 10, "percentile": 0}, True),
        ({"max": 1, "pattern": "http*"}, True),
        ({"max": 40, "pattern": "db.4"}, True),
    ],
)
async def test_spans_are_measured(build, case, acted, value, passes):
    found = acted(metadata={"trace": {"spans": SPANS}})

    assert (await build("trace-span-duration", value=value)(case(), found)).passed is passes


async def test_without_a_trace_it_is_an_error(build, case, acted):
    with pytest.raises(GraderFailed):
        await build("trace-span-duration", value={"max": 1})(case(), acted())


@pytest.mark.parametrize("value", [{}, {"max": "1 s"}, {"max": 1, "percentile": 101}, {"max": 1, "pattern": 3}])
def test_a_value_that_is_not_whole_is_refused(build, value):
    with pytest.raises(BadInput):
        build("trace-span-duration", value=value)
