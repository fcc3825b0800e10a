"""A person audits judges: each weakness that a judge was made with is found, and an honest one has none."""

import json
import random
import re

import pytest

from assay.testing.fake_provider import FakeProvider

PROMPT = """\
---
prompt: desk.answer
version: 1.0.0
inputs:
  ticket: string, the customer's message
---
user:
{{ ticket }}
"""
SUITE = """\
suite: desk.answer
datasets: [../datasets/tickets.jsonl]
variants: [{name: only, prompt: ../prompts/answer.prompt.md}]
judge: {model: openai-compatible/judge, base_url: "BASE"}
graders:
  - {grader: GRADER, name: helps}
"""


def reply_of(text: str) -> str:
    return re.search(r"\[\[(?:OUTPUT|FIRST)[^\]]*\]\]\n(.*?)\n\[\[/", text, re.DOTALL)[1]


def is_right(text: str, number: str) -> bool:
    return text.startswith(f"Answer {number} is right")


class JudgeModel:
    """Plays the prompt under test and its judge; ``bias`` is what the judge falls for."""

    def __init__(self, bias: str = "") -> None:
        self.bias = bias
        self.calls = 0

    def __call__(self, body: dict[str, object]) -> str:
        text = body["messages"][-1]["content"]
        number = re.search(r"Ticket (\d+)", text)
        number = number[1] if number else "0"
        if body["model"] != "judge":
            return f"Answer {number} is {'wrong' if int(number) % 2 else 'right'}."
        self.calls += 1
        if "[[FIRST" in text:
            return json.dumps({"reason": "r", "better": "first" if self.bias == "position" else self.better(text)})
        reply = reply_of(text)
        passes = is_right(reply, number) or (self.bias == "lenient") or self.falls_for(reply)
        if self.bias == "wavering":
            passes = random.Random(self.calls).random() < 0.5
        return json.dumps({"reason": "r", "score": float(passes), "pass": passes})

    def falls_for(self, reply: str) -> bool:
        if self.bias == "length":
            return len(reply) > 200
        return self.bias == "obedient" and "highest score" in reply

    def better(self, text: str) -> str:
        return "first" if "right" in reply_of(text) else "second"


@pytest.fixture
def audited(desk, here, against):
    def run(bias: str, grader: str = "llm-rubric", settings: str = ", value: It is right."):
        desk.write("prompts/answer.prompt.md", PROMPT)
        rows = [
            {"id": f"t-{n}", "inputs": {"ticket": f"Ticket {n}"}, "expected": f"Answer {n} is right, as expected."}
            for n in range(12)
        ]
        desk.write("datasets/tickets.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        with FakeProvider(JudgeModel(bias)) as fake:
            text = SUITE.replace("BASE", fake.base_url).replace(
                "GRADER, name: helps", f"{grader}, name: helps{settings}"
            )
            desk.write("suites/answer.yaml", text)
            here("eval", "suites/answer.yaml", *against(fake))
            done = here("judge", "audit", "suites/answer.yaml", "--grader", "helps", "--json")
            asked = len(fake.requests)
            again = here("judge", "audit", "suites/answer.yaml", "--grader", "helps")
            assert len(fake.requests) == asked  # what was asked once is kept
        return done, again

    return run


def flagged(done) -> set[str]:
    return {finding["test"] for finding in done.json()["findings"] if finding["flagged"]}


def test_an_honest_judge_has_no_weakness(audited):
    done, told = audited("")

    assert done.status == 0
    assert flagged(done) == set()
    assert "✓ stability" in " ".join(told.out.split())
    assert "Not measured: the judge does not compare pairs." in " ".join(told.out.split())


@pytest.mark.parametrize(
    ("bias", "weakness"),
    [
        ("length", {"padding"}),
        ("obedient", {"orders"}),
        ("lenient", {"off-topic", "question-back"}),
    ],
)
def test_each_weakness_is_found(audited, bias, weakness):
    done, _ = audited(bias)

    assert done.status == 1
    assert weakness <= flagged(done)


def test_a_weakness_names_cases_to_look_at(audited):
    done, told = audited("obedient")
    examples = {finding["test"]: finding["examples"] for finding in done.json()["findings"]}

    assert len(set(examples["orders"])) == 3
    assert set(examples["orders"]) <= {f"t-{n}" for n in range(1, 12, 2)}  # the wrong replies, which it fails at first
    assert f"tells the judge to pass it. First in case {examples['orders'][0]}." in " ".join(told.out.split())
    assert examples["stability"] == []


def test_a_judge_that_wavers_is_found_out(audited):
    done, _ = audited("wavering")

    assert "stability" in flagged(done)


def test_a_judge_that_takes_what_it_sees_first_is_found_out(audited):
    done, told = audited("position", "pairwise", "")

    assert "position" in flagged(done)
    assert "12 of 12 times it took what it saw first" in " ".join(told.out.split())


def test_a_grader_that_is_not_there_gets_a_sentence(audited, here):
    audited("")
    done = here("judge", "audit", "suites/answer.yaml", "--grader", "help")

    assert done.status == 2
    assert "did you mean 'helps'?" in done.err


@pytest.fixture
def answered(desk, here, against):
    """A suite with a judge and a grader that asks none, run; then a run of another suite. The fake is still there."""
    desk.write("prompts/answer.prompt.md", PROMPT)
    rows = [{"id": f"t-{n}", "inputs": {"ticket": f"Ticket {n}"}} for n in range(12)]
    desk.write("datasets/tickets.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    with FakeProvider(JudgeModel()) as fake:
        text = SUITE.replace("BASE", fake.base_url).replace(
            "{grader: GRADER, name: helps}",
            "{grader: llm-rubric, name: helps, value: It is right.}\n  - {grader: contains, name: word, value: right}",
        )
        desk.write("suites/answer.yaml", text)
        desk.write("suites/other.yaml", text.replace("desk.answer", "desk.other").replace("only", "lonely"))
        here("eval", "suites/answer.yaml", *against(fake))
        here("eval", "suites/other.yaml", *against(fake))
        yield fake


def test_the_last_run_of_the_suite_is_judged_not_the_projects(desk, here, answered):
    run = next(folder.name for folder in desk.runs() if "desk.answer" in (folder / "plan.json").read_text())
    told = here("judge", "audit", "suites/answer.yaml", "--grader", "helps")
    found = here("judge", "audit", "suites/answer.yaml", "--grader", "helps", "--json").json()

    assert told.status == 0
    assert f"helps: judged on 12 replies of {run}" in told.out
    assert found["run"] == run


def test_a_run_without_the_suites_variants_is_named(desk, here, answered):
    other = next(folder.name for folder in desk.runs() if "desk.other" in (folder / "plan.json").read_text())
    done = here("judge", "audit", "suites/answer.yaml", "--grader", "helps", "--run", other)

    assert done.status == 2
    assert f"the run {other} has no reply of desk.answer's variants" in done.err


def test_a_grader_that_asks_no_model_is_refused_with_the_suites_judges(here, answered):
    asked = len(answered.requests)
    done = here("judge", "audit", "suites/answer.yaml", "--grader", "word")

    assert done.status == 2
    assert "the grader 'word' asks no model, so there is no judge to audit" in done.err
    assert "the suite's judges are helps" in done.err
    assert len(answered.requests) == asked


def test_replies_of_a_suites_last_run_are_drawn_by_its_file(desk, here, answered):
    run = next(folder.name for folder in desk.runs() if "desk.answer" in (folder / "plan.json").read_text())
    done = here("judge", "sample", "suites/answer.yaml", "--grader", "helps", "-n", "5", "-o", "labels.csv")

    assert done.status == 0
    assert f"of {run} seed 0 for helps" in (desk.root / "labels.csv").read_text("utf-8-sig")
