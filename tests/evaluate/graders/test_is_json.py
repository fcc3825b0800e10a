"""The grader ``is-json``: JSON as a whole."""

import pytest

from assay.core.errors import BadInput


@pytest.mark.parametrize(
    ("reply", "value", "passes", "reason"),
    [
        ('{"a": 1}', None, True, "is JSON"),
        ("12", None, True, "is JSON"),
        ('{"a": 1}', {"required": ["a"]}, True, "fits the schema"),
        ('{"a": 1}', "required: [b]", False, '"b" is a required property'),
        ('{"a": 1}', {"properties": {"a": {"minimum": 2}}}, False, "a: 1 is less than the minimum of 2"),
        ("Sure: {}", None, False, "'Sure: {}' is not JSON"),
    ],
)
async def test_the_reply_must_be_json_that_the_schema_allows(build, case, outcome, reply, value, passes, reason):
    verdict = await build("is-json", value=value)(case(), outcome(reply))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)


async def test_the_schema_may_lie_in_a_file(build, case, outcome, write):
    write("suites/form.json", '{"type": "array"}')

    assert (await build("is-json", value="form.json")(case(), outcome("[]"))).passed


def test_a_wrong_schema_is_refused_with_its_place(build):
    with pytest.raises(BadInput) as caught:
        build("is-json", value={"type": "nothing"})

    assert caught.value.where.line == 8
