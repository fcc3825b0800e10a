"""The grader ``trace-error-spans``: what makes a span an error, and how many there may be."""

import pytest

from assay.core.errors import BadInput, GraderFailed
from assay.evaluate.graders.trace_error_spans import is_error
from assay.evaluate.trajectory.step import Span


@pytest.mark.parametrize(
    ("span", "error"),
    [
        (Span("a"), False),
        (Span("a", status_code=1), False),
        (Span("a", status_code=2), True),
        (Span("a", status_code=503), True),
        (Span("a", attributes={"error": True}), True),
        (Span("a", attributes={"exception": {"type": "E"}}), True),
        (Span("a", attributes={"error": "no"}), False),
        (Span("a", attributes={"http.status_code": "404"}), True),
        (Span("a", attributes={"http.status_code": "ok"}), False),
        (Span("a", attributes={"otel.status_code": "ERROR"}), True),
        (Span("a", status_message="timeout after 3 s"), True),
        (Span("a", status_message="fine"), False),
    ],
)
def test_a_span_says_of_an_error_in_many_ways(span, error):
    assert is_error(span) is error


SPANS = [{"name": "db.a", "statusCode": 2, "statusMessage": "broke"}, {"name": "db.b"}, {"name": "x"}, {"name": "y"}]


@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        ({}, False),
        ({"value": 1}, True),
        ({"value": {"max_percentage": 25}}, True),
        ({"value": {"max_percentage": 25, "pattern": "db.*"}}, False),
        ({"value": {"pattern": "x"}}, True),
        ({"value": {"pattern": "nothing"}}, True),
    ],
)
async def test_errors_are_counted(build, case, acted, settings, passes):
    verdict = await build("trace-error-spans", **settings)(case(), acted(metadata={"trace": {"spans": SPANS}}))

    assert verdict.passed is passes


async def test_the_bounds_may_come_from_the_case(build, case, acted):
    found = acted(metadata={"trace": {"spans": SPANS}})

    assert (await build("trace-error-spans", target="expected")(case(1), found)).passed


async def test_without_a_trace_it_is_an_error(build, case, acted):
    with pytest.raises(GraderFailed):
        await build("trace-error-spans")(case(), acted())


@pytest.mark.parametrize("value", [{"max_count": "1"}, {"pattern": 3}])
def test_a_value_that_bounds_nothing_is_refused(build, value):
    with pytest.raises(BadInput):
        build("trace-error-spans", value=value)
