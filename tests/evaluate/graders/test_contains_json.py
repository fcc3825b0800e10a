"""The grader ``contains-json``: a JSON object within the reply."""

import pytest


@pytest.mark.parametrize(
    ("reply", "value", "passes", "reason"),
    [
        ('Sure: {"name": "Ada"}!', None, True, "contains JSON"),
        ('{"a": 1} {"b": 2}', {"required": ["b"]}, True, "contains JSON that fits the schema"),
        ('Sure: {"name": "Ada"}', {"required": ["age"]}, False, '"age" is a required property'),
        ("[1, 2]", None, False, "there is no JSON object in '[1, 2]'"),
    ],
)
async def test_one_object_that_fits_is_enough(build, case, outcome, reply, value, passes, reason):
    verdict = await build("contains-json", value=value)(case(), outcome(reply))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)
