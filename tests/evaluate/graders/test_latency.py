"""The grader ``latency``: how long the reply took."""

import pytest

from assay.core.errors import BadInput


@pytest.mark.parametrize(
    ("threshold", "passes", "reason"),
    [(41.5, True, "took 42 ms"), (41, False, "took 42 ms, more than 41"), (5000, True, "took 42 ms")],
)
async def test_the_threshold_is_inclusive(build, case, outcome, threshold, passes, reason):
    verdict = await build("latency", threshold=threshold)(case(), outcome("x"))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)


async def test_an_empty_reply_has_a_latency_too(build, case, outcome):
    assert (await build("latency", threshold=100)(case(), outcome(""))).passed


def test_a_threshold_is_needed(build):
    with pytest.raises(BadInput) as caught:
        build("latency")

    assert caught.value.code == "grader.missing_setting"
