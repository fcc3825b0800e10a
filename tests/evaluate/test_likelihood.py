"""The perplexity of a reply."""

import math

import msgspec
import pytest

from assay.core.errors import GraderFailed
from assay.evaluate.likelihood import perplexity_of
from assay.testing.grading import make_outcome


def outcome(*logprobs):
    made = make_outcome("x")
    reply = msgspec.structs.replace(made.replies[0], logprobs=logprobs)
    return type(made)(**{name: getattr(made, name) for name in made.__slots__} | {"replies": (reply,)})


@pytest.mark.parametrize(
    ("logprobs", "perplexity"),
    [((0.0,), 1.0), ((math.log(0.5),) * 7, 2.0), ((math.log(0.1), 0.0), 10**0.5), ((-1e9,), math.inf)],
)
def test_it_is_the_inverse_of_the_mean_probability(logprobs, perplexity):
    assert perplexity_of(outcome(*logprobs)) == pytest.approx(perplexity)


def test_without_probabilities_there_is_none():
    with pytest.raises(GraderFailed) as caught:
        perplexity_of(outcome())

    assert "logprobs" in caught.value.hint
