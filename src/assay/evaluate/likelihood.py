"""How likely a reply's tokens were to the model that wrote them."""

import math

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome

_HINT = "ask for them: 'parameters: {extra: {logprobs: true}}' in the variant, of a provider that gives them"


def perplexity_of(outcome: Outcome) -> float:
    """The perplexity of the last reply: e to the mean of its tokens' negative logarithms; 1 is certain.

    Raises:
        GraderFailed: The reply came without them.
    """
    logprobs = outcome.replies[-1].logprobs
    if not logprobs:
        raise GraderFailed("the reply came without its tokens' probabilities", hint=_HINT, code="grader.no_logprobs")
    try:
        return math.exp(-sum(logprobs) / len(logprobs))
    except OverflowError:
        return math.inf
