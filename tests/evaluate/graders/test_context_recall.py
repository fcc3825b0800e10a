"""The grader ``context-recall``: statements of the right answer, looked up in the context."""

import pytest

from assay.core.errors import GraderFailed

TRUTH = "It opens at nine. It closes at five."
INPUTS = {"context": "We open at nine."}


def verdicts(*found: bool) -> str:
    entries = ", ".join(f'{{"number": {i}, "attributed": {str(v).lower()}}}' for i, v in enumerate(found, 1))
    return f'{{"statements": [{entries}]}}'


@pytest.mark.parametrize(
    ("reply", "score", "passes"),
    [
        (verdicts(True, True), 1.0, True),
        (verdicts(True, False), 0.5, True),
        (verdicts(False, False), 0.0, False),
        ("Sure:\n1. It opens. [Attributed]\n2. It closes. [Not Attributed]\n3. x [Not Attributed]", 1 / 3, False),
    ],
)
async def test_the_score_is_the_share_that_the_context_supports(court, case, outcome, reply, score, passes):
    async with court(reply) as sitting:
        verdict = await sitting.build("context-recall")(case(TRUTH, inputs=INPUTS), outcome("irrelevant"))

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is passes


async def test_the_reason_names_what_is_not_supported(court, case, outcome):
    async with court(verdicts(True, False)) as sitting:
        verdict = await sitting.build("context-recall")(case(TRUTH, inputs=INPUTS), outcome(""))

    assert verdict.reason == "the context supports 1 of 2 statements, not 'It closes at five.'"
    assert "1. It opens at nine.\n2. It closes at five." in sitting.prompts[0]


@pytest.mark.parametrize("reply", ["", "I cannot.", verdicts(True)])
async def test_a_reply_without_all_verdicts_is_an_error(court, case, outcome, reply):
    async with court(reply) as sitting:
        with pytest.raises(GraderFailed):
            await sitting.build("context-recall")(case(TRUTH, inputs=INPUTS), outcome("x"))


@pytest.mark.parametrize("inputs", [{}, {"context": ""}, {"context": []}, {"context": [1]}])
async def test_a_case_without_a_context_is_an_error(court, case, outcome, inputs):
    async with court(verdicts(True, True)) as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("context-recall")(case(TRUTH, inputs=inputs), outcome("x"))

    assert caught.value.code in ("grader.context", "grader.no_target")
