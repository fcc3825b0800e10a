"""The grader ``context-relevance``: the share of the context's pieces that the question needs."""

import pytest

from assay.core.errors import GraderFailed

PROSE = "We open at nine. We like cats. We close at five. The sky is blue."


def verdicts(*found: bool) -> str:
    entries = ", ".join(f'{{"number": {i}, "relevant": {str(v).lower()}}}' for i, v in enumerate(found, 1))
    return f'{{"pieces": [{entries}]}}'


@pytest.mark.parametrize(
    ("context", "reply", "score", "passes"),
    [
        (PROSE, verdicts(True, False, True, False), 0.5, True),
        (PROSE, "We open at nine. We close at five.", 0.5, True),
        (PROSE, "Insufficient Information", 0.0, False),
        ("a line\nanother", verdicts(True, True), 1.0, True),
        (["one passage. Two sentences.", {"text": "another"}, "third"], verdicts(True, False, False), 1 / 3, False),
        (["one passage", "another", "third"], "one passage\none passage", 1 / 3, False),
    ],
)
async def test_the_score_is_the_share_of_needed_pieces(court, case, outcome, context, reply, score, passes):
    async with court(reply) as sitting:
        found = case(inputs={"context": context, "query": "When?"})
        verdict = await sitting.build("context-relevance")(found, outcome("at nine"))

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is passes
    assert "When?" in sitting.prompts[0]


@pytest.mark.parametrize("reply", ["", "I am sorry.", verdicts(True)])
async def test_a_reply_that_neither_numbers_nor_quotes_is_an_error(court, case, outcome, reply):
    async with court(reply) as sitting:
        with pytest.raises(GraderFailed):
            await sitting.build("context-relevance")(case(inputs={"context": PROSE}), outcome("at nine"))
