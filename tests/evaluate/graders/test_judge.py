"""Grader ``judge``: a prompt of the project as the judge, read by its contract; one model, or a panel."""

import json

import pytest

from assay.core.errors import BadInput, GraderFailed
from assay.testing.fake_reply import FakeReply

PROMPT = """\
---
prompt: desk.judge
version: 1.0.0
inputs:
  output: {type: string, trust: user}
  expected: string
contract:
  choices: [pass, fail]
---
system:
Does it say what is expected? {{ expected }}

user:
{{ output }}
"""
JSON_PROMPT = PROMPT.replace("choices: [pass, fail]", "schema: {type: object, required: [kind, right], properties: {kind: {type: number}, right: {type: number}, reason: {type: string}}}")  # fmt: skip # noqa: E501 - one key


@pytest.fixture
def bench(tmp_path, court):
    def write(text: str = PROMPT) -> None:
        (tmp_path / "judge.prompt.md").write_text(text, "utf-8")

    write()
    return write


async def test_the_prompt_is_filled_by_name_and_the_reply_read_by_its_contract(bench, court, case, outcome):
    async with court("pass") as sitting:
        verdict = await sitting.build("judge", prompt="judge.prompt.md")(case("a date"), outcome("On Friday."))

    assert (verdict.score, verdict.passed) == (1.0, True)
    assert "a date" in sitting.prompts[0]
    assert "On Friday." in sitting.prompts[0]
    assert verdict.detail["judge_identity"].startswith("sha256:")


async def test_another_version_of_the_prompt_is_another_judge(bench, court, case, outcome):
    async with court("pass") as sitting:
        first = await sitting.build("judge", prompt="judge.prompt.md")(case("x"), outcome("y"))
        bench(PROMPT.replace("Does it say", "Does it really say"))
        second = await sitting.build("judge", prompt="judge.prompt.md")(case("x"), outcome("y"))

    assert first.detail["judge_identity"] != second.detail["judge_identity"]


@pytest.mark.parametrize(
    ("reply", "code"),
    [("perhaps", "judge.unreadable"), (FakeReply(text=None, refusal="I will not"), "judge.refused")],
)
async def test_outside_its_contract_there_is_no_verdict_and_it_is_asked_once_more(
    bench, court, case, outcome, reply, code
):
    async with court(reply) as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("judge", prompt="judge.prompt.md")(case("x"), outcome("y"))

    assert caught.value.code == code
    assert len(sitting.fake.requests) == 2


async def test_criteria_are_scored_one_by_one(bench, court, case, outcome):
    bench(JSON_PROMPT)
    reply = json.dumps({"kind": 5, "right": 2, "reason": "wrong day"})
    async with court(reply) as sitting:
        grade = sitting.build("judge", prompt="judge.prompt.md", criteria=["kind", "right"], points=5, bar=0.6)
        verdict = await grade(case("x"), outcome("y"))

    assert verdict.named == {"kind": 1.0, "right": 0.4}
    assert not verdict.passed
    assert verdict.reason == "below the bar: right; wrong day"


async def test_a_panel_votes_and_every_vote_is_kept(bench, court, case, outcome):
    panel = ["azure-openai/a", "azure-openai/b", "azure-openai/c"]
    async with court("pass", "fail", "pass") as sitting:
        verdict = await sitting.build("judge", prompt="judge.prompt.md", panel=panel)(case("x"), outcome("y"))

    assert verdict.passed
    assert verdict.score == pytest.approx(2 / 3)
    assert sorted(vote["passed"] for vote in verdict.detail["votes"]) == [False, True, True]
    assert verdict.reason.startswith("2 of 3 judges pass it")


async def test_an_even_panel_that_is_split_does_not_pass(bench, court, case, outcome):
    async with court("pass", "fail") as sitting:
        build = sitting.build("judge", prompt="judge.prompt.md", panel=["azure-openai/a", "azure-openai/b"])
        verdict = await build(case("x"), outcome("y"))

    assert not verdict.passed


@pytest.mark.parametrize(("output", "passed"), [("fail", True), ("pass", False)])
async def test_a_second_opinion_passes_what_it_says_itself(bench, court, case, outcome, output, passed):
    async with court("fail") as sitting:
        verdict = await sitting.build("judge", prompt="judge.prompt.md", agrees=True)(case("x"), outcome(output))

    assert verdict.passed is passed
    assert verdict.reason == "by itself the judge says 'fail'"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"prompt": "nothing.prompt.md"}, None),
        ({"bar": 2.0}, "grader.bar"),
        ({"points": 0.0}, "grader.points"),
        ({"panel": ["azure-openai/a"]}, "grader.panel"),
        ({"scores": {"pass": 3.0}}, "grader.scores"),
    ],
)
async def test_settings_that_cannot_be_meant_are_refused(bench, court, settings, code):
    async with court("pass") as sitting:
        with pytest.raises(BadInput) as caught:
            sitting.build("judge", **({"prompt": "judge.prompt.md"} | settings))

    assert code is None or caught.value.code == code


async def test_a_prompt_that_does_not_say_how_it_answers_is_refused(bench, court):
    bench(PROMPT.replace("contract:\n  choices: [pass, fail]\n", ""))
    async with court("pass") as sitting:
        with pytest.raises(BadInput, match="no contract that says how it answers"):
            sitting.build("judge", prompt="judge.prompt.md")
