"""The grader ``guardrails``: the provider's own safety checks."""

import pytest


@pytest.mark.parametrize(
    ("reply", "passes"),
    [
        ({"text": "Hello"}, True),
        ({"text": "He", "finish": "content_filter"}, False),
        ({"refusal": "no"}, False),
        ({"text": "", "finish": "length"}, True),
    ],
)
async def test_what_the_provider_stopped_fails(build, case, outcome, reply, passes):
    verdict = await build("guardrails")(case(), outcome(**reply))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
