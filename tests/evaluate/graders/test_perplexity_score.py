"""The grader ``perplexity-score``: how sure the model was of its own words."""

import math
from dataclasses import replace

import msgspec
import pytest

from assay.core.errors import GraderFailed


def with_logprobs(outcome, *logprobs):
    reply = msgspec.structs.replace(outcome.replies[0], logprobs=logprobs)
    return replace(outcome, replies=(reply,))


@pytest.mark.parametrize(
    ("settings", "score", "passes"),
    [({}, 1 / 3, True), ({"threshold": 0.33}, 1 / 3, True), ({"threshold": 0.34}, 1 / 3, False)],
)
async def test_the_threshold_is_inclusive(build, case, outcome, settings, score, passes):
    certain_by_half = with_logprobs(outcome("a b"), math.log(0.25), math.log(1.0))

    verdict = await build("perplexity-score", **settings)(case(), certain_by_half)

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is passes
    assert verdict.reason.startswith("1 / (1 + perplexity) is 0.3333")


async def test_a_reply_without_probabilities_is_an_error(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("perplexity-score")(case(), outcome("a"))

    assert caught.value.code == "grader.no_logprobs"
