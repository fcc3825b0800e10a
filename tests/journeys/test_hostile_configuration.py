"""Code of a configuration that does not end, takes all memory or looks outside is stopped and named."""

import json

import pytest

from assay.evaluate.script.types import Limits
from assay.testing.fake_provider import FakeProvider

SUITE = """\
suite: desk.hostile
datasets: [../datasets/one.jsonl]
variants: [../prompts/echo.prompt.md]
graders:
"""
PROMPT = "---\nprompt: desk.echo\nversion: 1.0.0\ninputs:\n  text: string, what to say\n---\nuser:\n{{ text }}\n"

# What is wrong with it -> the grader, its code, and what must be said.
HOSTILE = {
    "js-loop": ("javascript", "while (true) {}\nreturn true", "the JavaScript took longer than 0.3 s"),
    "js-regex": ("javascript", "/(a+)+b/.test('a'.repeat(50))", "the JavaScript took longer than 0.3 s"),
    "js-promise": ("javascript", "(async () => { for (;;) await null })()", "the JavaScript took longer than 0.3 s"),
    "js-gigabyte": ("javascript", "'x'.repeat(2 ** 29) + output", "the JavaScript needed more than 256 MB of memory"),
    "js-many": ("javascript", "const a = []; for (;;) a.push({})\nreturn 1", "needed more than 256 MB of memory"),
    "js-depth": ("javascript", "(function f() { return f() + 1 })()", "Maximum call stack size exceeded"),
    "js-read": (
        "javascript",
        "require('fs').readFileSync('/etc/passwd')",
        "/etc/passwd lies outside the project's folder",
    ),
    "js-require": ("javascript", "require('../../outside.js')", "lies outside the project's folder"),
    "js-link": ("javascript", "require('./link.js')", "'suites/link.js' leads out of the project's folder"),
    "js-process": ("javascript", "require('child_process').execSync('id')", "'child_process' cannot be required"),
    "js-exit": ("javascript", "process.exit(0)", "process.exit is not available"),
    "js-fetch": ("javascript", "fetch('http://127.0.0.1:9')", "fetch is not available"),
    "py-loop": ("python", "while True: pass\nreturn True", "the Python took longer than 0.3 s"),
    "py-regex": ("python", "__import__('re').match('(a+)+b', 'a' * 60)", "the Python took longer than 0.3 s"),
    "py-gigabyte": ("python", "'x' * 10 ** 10", "the Python needed more memory than it may use"),
    "py-long": ("python", "'x' * 50_000_000", "the Python returned more than 20,000,000 characters"),
    "py-kill": ("python", "__import__('os').kill(__import__('os').getpid(), 9)", "killed its process (signal 9)"),
    "py-exit": ("python", "__import__('os')._exit(0)", "the Python ended its process (status 0)"),
}


def test_each_is_stopped_and_reported_by_name_and_the_rest_is_graded(desk, here, against):
    entries = [
        {
            "grader": grader,
            "name": name,
            "value": value,
            "timeout_s": 0.3 if "0.3 s" in said else 20,
        }
        for name, (grader, value, said) in HOSTILE.items()
    ]
    good = [
        {"grader": "javascript", "name": "js-good", "value": "output === 'hello'"},
        {"grader": "python", "name": "py-good", "value": "output == 'hello'"},
    ]
    desk.write("suites/hostile.yaml", SUITE + "".join(f"  - {json.dumps(entry)}\n" for entry in [*entries, *good]))
    desk.write("prompts/echo.prompt.md", PROMPT)
    desk.write("datasets/one.jsonl", '{"id": "a", "inputs": {"text": "hi"}}\n')
    desk.write("../outside.js", "module.exports = 'secret'")
    (desk.root / "suites/link.js").symlink_to(desk.root / "../outside.js")

    with FakeProvider(lambda _: "hello") as fake:
        done = here("eval", "suites/hostile.yaml", *against(fake))

    assert done.status == 3
    (row,) = desk.rows()
    assert row["status"] == "error"
    found = {verdict["grader"]: verdict.get("error") for verdict in row["verdicts"]}
    assert {name: error for name, error in found.items() if name.endswith("good")} == {"js-good": None, "py-good": None}
    wrong = {name: found[name] for name, (_, _, wanted) in HOSTILE.items() if wanted not in str(found[name])}
    assert wrong == {}


@pytest.mark.parametrize(
    ("grader", "value"),
    [("javascript", "file://../../outside.js"), ("python", "file:///etc/outside.py"), ("javascript", "file://link.js")],
)
def test_a_file_outside_the_project_is_refused_before_anything_runs(desk, here, against, grader, value):
    desk.write("suites/hostile.yaml", SUITE + f"  - {json.dumps({'grader': grader, 'value': value})}\n")
    desk.write("prompts/echo.prompt.md", PROMPT)
    desk.write("datasets/one.jsonl", '{"id": "a", "inputs": {"text": "hi"}}\n')
    desk.write("../outside.js", "module.exports = 'secret'")
    (desk.root / "suites/link.js").symlink_to(desk.root / "../outside.js")

    with FakeProvider(lambda _: "hello") as fake:
        done = here("eval", "suites/hostile.yaml", *against(fake))

    assert done.status == 2
    assert "suites/hostile.yaml:5" in done.err
    assert "leads out of the project's folder" in done.err
    assert fake.requests == []


PROMPTFOO = """\
prompts:
  - 'Good {{text}}'
  - 'Loop {% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}'
  - "Giga {{ 'x'.repeat(500000000) }}"
  - "Include {% include '/etc/passwd' %}"
providers: [echo]
tests:
  - vars: {text: hello}
    assert:
      - {type: javascript, value: 'output.length > 0'}
      - {type: javascript, value: "(() => { for (;;); })()"}
      - {type: javascript, value: "require('fs').readFileSync('/etc/passwd')"}
      - {type: javascript, value: "'x'.repeat(2 ** 29)"}
      - {type: javascript, value: "require('child_process')"}
      - {type: python, value: "'x' * 10 ** 10"}
      - {type: python, value: "__import__('os').kill(__import__('os').getpid(), 9)"}
      - {type: python, value: "len(output) > 0"}
"""


def test_a_configuration_of_promptfoos_is_held_to_the_same(desk, here, monkeypatch):
    monkeypatch.setattr("assay.evaluate.promptfoo.run_scripts.LIMITS", Limits(time_s=0.5))
    desk.write("promptfooconfig.yaml", PROMPTFOO)

    done = here("eval", "promptfooconfig.yaml")

    assert done.status != 0
    rows = {row["variant"].split(" · ")[1].split()[0]: row for row in desk.rows()}
    assert {row["status"] for row in rows.values()} == {"error"}
    said = {name: row["error"]["what"] for name, row in rows.items() if name != "Good"}
    assert said["Loop"] == "the template 'Loop {% for i in range(100000) %}{% for…' took longer than 0.5 s"
    assert "needed more than 256 MB of memory" in said["Giga"]
    assert "/etc/passwd lies outside the project's folder" in said["Include"]
    verdicts = [str(verdict.get("error") or verdict["reason"]) for verdict in rows["Good"]["verdicts"]]
    wanted = (
        "Assertion passed",
        "the JavaScript '(() => { for (;;); })()' took longer than 0.5 s",
        "/etc/passwd lies outside the project's folder",
        "needed more than 256 MB of memory",
        "'child_process' cannot be required",
        "needed more memory than it may use",
        "killed its process (signal 9)",
        "Assertion passed",
    )
    assert [text for text, part in zip(verdicts, wanted, strict=True) if part not in text] == []


@pytest.mark.parametrize(
    "text",
    [
        "prompts: [x]\nproviders: [file://../provider.js]\n",
        "prompts: [file://../outside.txt]\nproviders: [echo]\n",
        "prompts: [x]\nproviders: [echo]\ntests: file://../tests.py\n",
        "prompts: [x]\nproviders: [echo]\ntests: [{vars: {a: file:///etc/hostname}}]\n",
        "prompts: [x]\nproviders: [echo]\nnunjucksFilters: {f: ../f.js}\n",
        "prompts: [x]\nproviders: [echo]\nextensions: ['file://../hook.js:beforeAll']\n",
    ],
)
def test_a_configuration_of_promptfoos_names_no_file_outside_the_project(desk, here, text):
    desk.write("promptfooconfig.yaml", text)
    for name in ("provider.js", "outside.txt", "tests.py", "f.js", "hook.js"):
        desk.write(f"../{name}", "secret")

    done = here("eval", "promptfooconfig.yaml")

    assert done.status != 0
    assert "outside the project's folder" in done.err + done.out
