"""The grader ``context-faithfulness``: claims of the reply, looked up in the context."""

import pytest

from assay.core.errors import GraderFailed

CLAIMS = '{"claims": ["The office opens at nine.", "The office sells cats."]}'
INPUTS = {"context": ["We open at nine.", "We close at five."], "query": "When?"}


def verdicts(*found: bool) -> str:
    entries = ", ".join(f'{{"number": {i}, "supported": {str(v).lower()}}}' for i, v in enumerate(found, 1))
    return f'{{"verdicts": [{entries}]}}'


@pytest.mark.parametrize(
    ("reply", "score", "passes"),
    [
        (verdicts(True, True), 1.0, True),
        (verdicts(True, False), 0.5, True),
        (verdicts(False, False), 0.0, False),
        ("1. so. Verdict: Yes.\n2. no. Verdict: No.", 0.5, True),
        ("Final verdict for each statement in order: Yes. No.", 0.5, True),
        ("Final verdict for each statement in order: Yes.", 0.5, True),
        ("Final verdict for each statement in order: Yes. Yes. No.", 0.5, True),
        ("Final verdict for each statement in order: No. No. No. Yes.", 0.0, False),
    ],
)
async def test_the_score_is_the_share_of_supported_claims(court, case, outcome, reply, score, passes):
    async with court(CLAIMS, reply) as sitting:
        verdict = await sitting.build("context-faithfulness")(case(inputs=INPUTS), outcome("At nine, and cats."))

    assert (verdict.score, verdict.passed) == (score, passes)
    assert "We open at nine.\n\nWe close at five." in sitting.prompts[1]


async def test_the_reason_names_the_claim_without_support(court, case, outcome):
    async with court(CLAIMS, verdicts(True, False)) as sitting:
        verdict = await sitting.build("context-faithfulness", threshold=0.9)(case(inputs=INPUTS), outcome("x"))

    assert verdict.reason == "the context supports 1 of 2 claims, not 'The office sells cats.'"
    assert not verdict.passed
    assert verdict.detail["claims"][1] == {"claim": "The office sells cats.", "supported": False}


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        (('{"claims": []}',), "grader.no_claims"),
        (("I'm sorry.",), "judge.unreadable"),
        ((CLAIMS, "I'm sorry."), "judge.unreadable"),
        ((CLAIMS, verdicts(True)), "judge.unreadable"),
    ],
)
async def test_no_claims_and_no_verdicts_are_errors(court, case, outcome, replies, code):
    async with court(*replies) as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("context-faithfulness")(case(inputs=INPUTS), outcome("x"))

    assert caught.value.code == code


async def test_prompts_of_ones_own_may_ask_for_lines(court, case, outcome):
    async with court("It opens.\nIt closes.", "Verdict: no\nVerdict: yes") as sitting:
        own = ["List what {{answer}} claims.", "Check {{statements}} in {{context}}."]
        verdict = await sitting.build("context-faithfulness", rubric_prompt=own)(case(inputs=INPUTS), outcome("x"))

    assert verdict.score == 0.5
    assert "1. It opens.\n2. It closes." in sitting.prompts[1]
