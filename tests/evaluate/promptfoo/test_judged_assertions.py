"""Assertions that a judge grades: what it is asked, where its context comes from, and how its answer is read."""

import json
import shutil
from pathlib import Path

import pytest

JUDGED = Path(__file__).with_name("judged")

JUDGE = """\
import json

def call_api(prompt, options, context):
    open("asked.txt", "a").write(prompt + "\\n=====\\n")
    return {"output": (context.get("vars") or {}).get("says", "")}
"""

CONFIG = """\
prompts: ['About {{{{query}}}}: {{{{answer}}}}']
providers: [echo]
defaultTest: {{options: {{provider: 'file://judge.py'}}}}
tests:
  - vars: {vars}
    assert: [{assertion}]
"""


@pytest.fixture
def judge(evaluate, folder):
    """Evaluate one assertion in one test; gives the row and what the judge was asked."""

    def do(variables: str, assertion: str):
        ran = evaluate(CONFIG.format(vars=variables, assertion=assertion), files={"judge.py": JUDGE})
        asked = folder / "asked.txt"
        return ran.rows[0], asked.read_text("utf-8") if asked.exists() else ""

    return do


WEATHER = "It rains. It snows. It shines. It blows."
FINAL = "x\\nFinal verdict for each statement in order: No. Yes."
RECALL = "1. a [Attributed]\\n2. b [Attributed]\\n3. c [Not Attributed]"


@pytest.mark.parametrize(
    ("variables", "assertion", "score", "success"),
    [
        (f'{{query: q, answer: a, says: "{RECALL}", context: c}}', "{type: context-recall, value: x}", 2 / 3, True),
        (
            f'{{query: q, answer: a, says: "{RECALL}"}}',
            "{type: context-recall, value: x, threshold: 0.9}",
            2 / 3,
            False,
        ),
        (
            f'{{query: q, answer: a, says: "It rains. It snows.", context: "{WEATHER}"}}',
            "{type: context-relevance}",
            0.5,
            True,
        ),
        (
            '{query: q, answer: a, says: "Insufficient Information", context: "It rains. It snows."}',
            "{type: not-context-relevance}",
            1.0,
            True,
        ),
        (
            f'{{query: q, answer: a, says: "{FINAL}", context: "It rains."}}',
            "{type: context-faithfulness}",
            0.5,
            True,
        ),
        ('{query: q, answer: a, says: "It is fine.\\nN"}', "{type: model-graded-closedqa, value: x}", 0, False),
        (
            """{query: q, answer: a, says: '{"verdict": "no", "reason": "r"}'}""",
            "{type: conversation-relevance}",
            0,
            False,
        ),
    ],
)
def test_a_judges_reply_is_read_in_promptfoos_forms(judge, variables, assertion, score, success):
    row, _ = judge(variables, assertion)

    assert (row["score"], row["success"], row["failureReason"]) == (pytest.approx(score), success, 0 if success else 1)


@pytest.mark.parametrize(
    ("variables", "assertion", "seen"),
    [
        (
            "{query: q, answer: a, says: '{}', context: the given one}",
            "{type: context-recall, value: x}",
            "the given one",
        ),
        ("{query: q, answer: a, says: '{}'}", "{type: context-recall, value: x}", "About q: a"),
        (
            "{query: q, answer: a, says: '{}', context: unused}",
            "{type: context-recall, value: x, contextTransform: 'output.toUpperCase()'}",
            "ABOUT Q: A",
        ),
        (
            "{query: q, answer: a, says: '{}'}",
            """{type: context-recall, value: x, contextTransform: '["one", context.vars.answer]'}""",
            "one\\n\\na",
        ),
    ],
)
def test_the_context_is_transformed_or_given_or_the_prompt(judge, variables, assertion, seen):
    _, asked = judge(variables, assertion)

    assert seen in asked


@pytest.mark.parametrize(
    ("variables", "assertion", "what"),
    [
        ("{answer: a, context: c}", "{type: context-faithfulness}", "needs a variable 'query'"),
        ("{query: q, answer: a}", "{type: context-relevance}", "has no context"),
        ("{query: q, answer: a}", "{type: context-relevance, contextTransform: '3'}", "has no context"),
    ],
)
def test_without_a_context_or_a_question_the_row_is_an_error(judge, variables, assertion, what):
    row, asked = judge(variables, assertion)

    assert row["failureReason"] == 2
    assert what in row["error"]
    assert asked == ""


def test_the_window_of_a_conversation_is_configured(judge):
    talk = "[{input: q1, output: alpha}, {input: q2, output: beta}, {input: q3, output: gamma}]"
    variables = f"""{{query: q, answer: a, says: '{{"verdict": "yes"}}', _conversation: {talk}}}"""
    row, asked = judge(variables, "{type: conversation-relevance, config: {windowSize: 1}}")

    assert row["success"]
    assert [tuple(word in one for word in ("alpha", "beta", "gamma")) for one in asked.split("\n=====\n")[:-1]] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


TOOLS = """\
prompts: ['x']
providers:
  - id: file://agent.py
    config:
      tools:
        - type: function
          function: {name: look, parameters: {type: object, properties: {q: {type: string}}, required: [q]}}
tests:
  - assert:
      - {type: is-valid-openai-tools-call}
      - {type: tool-call-f1, value: look}
"""


@pytest.mark.parametrize(("arguments", "success"), [('{\\"q\\": \\"cats\\"}', True), ('{\\"q\\": 1}', False)])
def test_tool_calls_are_held_against_the_tools_of_the_provider(evaluate, arguments, success):
    call = f'{{"type": "function", "function": {{"name": "look", "arguments": "{arguments}"}}}}'
    agent = f"def call_api(prompt, options, context):\n    return {{'output': {{'tool_calls': [{call}]}}}}\n"
    ran = evaluate(TOOLS, files={"agent.py": agent})

    parts = ran.rows[0]["gradingResult"]["componentResults"]
    assert [part["pass"] for part in parts] == [success, True]


def test_every_row_is_what_promptfoo_made_of_it(evaluate, folder):
    """``judged/golden.json`` holds what promptfoo 0.123.1 answered for the configuration beside it."""
    shutil.copytree(JUDGED, folder, dirs_exist_ok=True)
    golden = json.loads((JUDGED / "golden.json").read_bytes())
    rows = evaluate().rows

    assert len(rows) == len(golden)
    for i, (row, wanted) in enumerate(zip(rows, golden, strict=True)):
        parts = [[part["pass"], part["score"]] for part in row["gradingResult"]["componentResults"]]
        told = {name: row[name] for name in ("success", "score", "failureReason")} | {"assertions": parts}
        assert flat(told) == pytest.approx(flat(wanted)), i


def flat(row: dict[str, object]) -> list[float]:
    """A row's figures in order."""
    figures = [row["success"], row["score"], row["failureReason"]]
    return [float(figure) for figure in figures + [one for part in row["assertions"] for one in part]]


@pytest.mark.parametrize(
    ("says", "assertion", "score", "success"),
    [
        ('{"score": -1}', "{type: not-llm-rubric, value: good}", 1, False),
        ('{"score": 3}', "{type: not-llm-rubric, value: good}", 0, False),
        ('{"pass": true}', "{type: llm-rubric}", 1, True),
    ],
)
def test_a_rubric_may_be_missing_and_a_score_odd(judge, says, assertion, score, success):
    row, _ = judge(f"{{query: q, answer: a, says: '{says}'}}", assertion)

    assert (row["score"], row["success"]) == (score, success)


def test_a_judge_is_asked_only_once(judge):
    row, asked = judge("{query: q, answer: a, says: 'hm'}", "{type: llm-rubric, value: good}")

    assert not row["success"]
    assert asked.count("=====") == 1


def test_what_judges_use_is_on_the_bill_of_the_sample(evaluate, folder):
    answer = (
        "{'output': '{\"pass\": true, \"score\": 1, \"reason\": \"r\"}', 'cost': 0.25, 'tokenUsage': {'prompt': 7}}"
    )
    evaluate(
        CONFIG.format(vars="{query: q, answer: a}", assertion="{type: llm-rubric, value: x}"),
        files={"judge.py": f"def call_api(prompt, options, context):\n    return {answer}\n"},
    )
    (rows,) = folder.rglob("samples.jsonl")

    spent = json.loads(rows.read_text("utf-8"))["grading"]
    assert spent == {"calls": 1, "input_tokens": 7, "output_tokens": None, "cost_usd": "0.25"}
