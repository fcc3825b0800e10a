"""Whom a grader will ask is known before the run, and is the very judge that the run's verdicts name."""

import json

from assay.author.project import find_project
from assay.evaluate.grader import bench_of, make_grader
from assay.evaluate.judging.identity import grader_identity, known_judge
from assay.evaluate.native import SuiteOptions, open_suite
from assay.testing.fake_provider import FakeProvider

JUDGE = """\
---
prompt: desk.judge
version: 1.0.0
inputs: {output: string}
contract: {choices: ['yes', 'no']}
---
user:
Is this kind? {{ output }}
"""
GRADERS = """\
judge: {model: openai-compatible/judge, base_url: "BASE", parameters: {temperature: 0.3}}
graders:
  - {grader: llm-rubric, name: rubric, value: It is kind.}
  - {grader: judge, name: own, prompt: ../prompts/kind.prompt.md}
  - {grader: judge, name: panel, prompt: ../prompts/kind.prompt.md, panel: [PANEL, PANEL]}
  - {grader: pairwise, name: pair, value: Something else.}
  - {grader: factuality, name: facts, value: It is so.}
  - {grader: model-graded-closedqa, name: closed, value: It is kind., negate: true}
  - {grader: g-eval, name: steps, value: Is it kind?}
"""


def answer(body: dict[str, object]) -> str:
    text = json.dumps(body)
    if "Is this kind?" in text:
        return "yes"
    told = {"reason": "so it is", "score": 1.0, "pass": True, "better": "first", "category": "C"}
    return "Yes.\nY" if "COMPLETION" in text and "CRITERIA" in text else json.dumps(told)


def test_the_judge_that_is_known_beforehand_is_the_one_that_is_asked(small, here, against):
    with FakeProvider(answer) as fake:
        small.write("prompts/kind.prompt.md", JUDGE)
        panel = f'{{model: openai-compatible/judge, base_url: "{fake.base_url}"}}'
        graders = GRADERS.replace("BASE", fake.base_url).replace("PANEL", panel)
        text = (small.root / "suites/sort.yaml").read_text()
        text = text.partition("graders:")[0] + graders
        file = small.write("suites/sort.yaml", text)
        here("eval", "suites/sort.yaml", *against(fake))
        project = find_project(small.root)
        suite = open_suite(project, file, SuiteOptions())[0].suite
        bench = bench_of(project.source, suite.file, judge=suite.judge)
        known = {spec.name: known_judge(make_grader(spec, bench)) for spec in suite.graders}

    asked: dict[str, set[str]] = {}
    for row in small.rows():
        for verdict in row["verdicts"]:
            asked.setdefault(verdict["grader"], set()).add((verdict.get("detail") or {}).get("judge_identity"))
    assert known.pop("steps") is None  # it asks more than one question
    assert all(known.values())
    used = {spec.name: spec for spec in suite.graders if spec.name in known}
    expected = {
        name: {grader_identity(judge, used[name].settings, negate=used[name].negate)} for name, judge in known.items()
    }
    assert {name: asked[name] for name in known} == expected
