"""The grader ``context-precision``: average precision of the passages in their order."""

import pytest

from assay.core.errors import GraderFailed
from assay.evaluate.graders.context_precision import average_precision


@pytest.mark.parametrize(
    ("useful", "score"),
    [
        ([True, False, True, False, False, True, False, False, True, True], 0.6222),
        ([True, True, False], 1.0),
        ([False, False, True], 1 / 3),
        ([False, True], 0.5),
        ([False, False], 0.0),
    ],
)
def test_average_precision_of_known_orders(useful, score):
    assert average_precision(useful) == pytest.approx(score, abs=1e-4)


async def test_the_order_decides(court, case, outcome):
    reply = '{"passages": [{"number": 1, "useful": false}, {"number": 2, "useful": true}]}'
    async with court(reply) as sitting:
        found = case("at nine", inputs={"context": ["cats", "We open at nine"], "query": "When?"})
        verdict = await sitting.build("context-precision", threshold=0.6)(found, outcome("x"))

    assert (verdict.score, verdict.passed) == (0.5, False)
    assert verdict.reason == "of 2 passages these help: 2"
    assert all(text in sitting.prompts[0] for text in ("When?", "at nine", "1. cats\n2. We open at nine"))


async def test_a_context_without_an_order_is_an_error(court, case, outcome):
    async with court("{}") as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("context-precision")(case("x", inputs={"context": "one text"}), outcome("x"))

    assert caught.value.code == "grader.context"
