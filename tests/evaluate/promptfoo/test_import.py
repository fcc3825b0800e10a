"""``assay import promptfooconfig.yaml``: suites that load, and a list of what they leave behind."""

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.app import App
from assay.cli.main import run
from assay.evaluate.suite import load_suite

Import = Callable[..., dict[str, Any]]

CONFIG = """
    description: Translate
    prompts:
      - "Translate {{text}} to {{language}}"
      - {id: file://chat.json, label: chat}
    providers:
      - openai:chat:gpt-4o-mini
      - echo
    defaultTest:
      assert:
        - {type: not-contains, value: sorry}
    derivedMetrics:
      - {name: f, value: a + b}
    tests:
      - description: greeting
        vars: {text: hello, language: [French, German]}
        metadata: {kind: short}
        assert:
          - {type: icontains, value: "{{language}}", metric: Named}
      - vars: {text: bye, language: Dutch}
        assert:
          - {type: icontains, value: doei, metric: Named}
          - {type: select-best, value: nicest}
      - vars: {text: bye}
        assert:
          - {type: javascript, value: "output.length > 3", weight: 2}
          - {type: python, value: "file://check.py"}
"""
CHAT = '[{"role": "system", "content": "Into {{language}}."}, {"role": "user", "content": "{{text}}"}]'


@pytest.fixture
def bring(folder: Path, environment: None, capsys: pytest.CaptureFixture[str]) -> Import:
    """Write a configuration, import it, and return what the command says."""

    def do(config: str = CONFIG) -> dict[str, Any]:
        (folder / "promptfooconfig.yaml").write_text(textwrap.dedent(config))
        (folder / "chat.json").write_text(CHAT)
        (folder / "check.py").write_text("def get_assert(output, context): return True\n")
        status = run(["import", "promptfooconfig.yaml", "--json"])
        said = capsys.readouterr()
        assert status == 0, said.err
        return json.loads(said.out)

    return do


def test_every_suite_that_it_writes_can_be_loaded(bring: Import, folder: Path) -> None:
    found = bring()
    suites = [name for name in found["files"] if name.startswith("suites/")]
    assert len(suites) == 2, "one for each set of assertions"
    project = App.open(folder).project
    loaded = [load_suite(project, folder / name) for name in suites]
    assert [v.model for v in loaded[0].variants] == ["openai/gpt-4o-mini"] * 2
    assert [(g.grader, g.negate) for g in loaded[0].graders] == [("contains", True), ("icontains", False)]
    assert [(g.grader, g.weight) for g in loaded[1].graders][1:] == [("javascript", 2.0), ("python", 1.0)]


def test_lists_of_values_become_cases_and_values_go_where_they_differ(bring: Import, folder: Path) -> None:
    bring()
    cases = [json.loads(line) for line in (folder / "datasets/project-1.jsonl").read_text().splitlines()]
    assert [case["inputs"]["language"] for case in cases] == ["French", "German", "Dutch"]
    assert [case["expected"] for case in cases] == [{"named": "French"}, {"named": "German"}, {"named": "doei"}]
    assert cases[0]["tags"] == {"kind": "short"}
    assert len({case["id"] for case in cases}) == 3


def test_what_is_left_behind_is_listed_with_its_line(bring: Import) -> None:
    dropped = {item["what"]: item["line"] for item in bring()["dropped"]}
    assert dropped == {
        "the provider 'echo'": 8,
        "the key 'derivedMetrics'": 12,
        "the assertion 'select-best'": 23,
    }


def test_messages_of_a_chat_become_messages(bring: Import, folder: Path) -> None:
    bring()
    text = (folder / "prompts/project.chat.prompt.md").read_text()
    assert "system:\nInto {{language}}." in text
    assert "user:\n{{text}}" in text


def test_a_key_from_the_environment_is_not_written_down(
    folder: Path, environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_API_KEY", "hush-hush-hush")
    config = "prompts: ['{{a}}']\nproviders: [echo]\ntests: [{vars: {a: '{{env.MY_API_KEY}}'}}]\n"
    (folder / "promptfooconfig.yaml").write_text(config)
    assert run(["import", "promptfooconfig.yaml"]) == 2
    assert "MY_API_KEY" in (said := capsys.readouterr()).err
    assert "hush" not in said.out + said.err
    assert not (folder / "datasets").exists()


@pytest.mark.parametrize(("threshold", "share"), [(None, 1.0), ("80", 0.8)])
def test_what_ended_the_command_in_promptfoo_fails_the_suites_gate(
    bring: Import, folder: Path, monkeypatch: pytest.MonkeyPatch, threshold: str | None, share: float
) -> None:
    if threshold is not None:
        monkeypatch.setenv("PROMPTFOO_PASS_RATE_THRESHOLD", threshold)
    found = bring()
    project = App.open(folder).project
    suites = [load_suite(project, folder / name) for name in found["files"] if name.startswith("suites/")]
    assert [suite.gate.counted if suite.gate else None for suite in suites] == [share, share]


SERVERS = """
    prompts: ["Say {{text}}"]
    providers:
      - {id: 'openai:chat:m', config: {apiBaseUrl: 'http://127.0.0.1:1/v1', apiKeyEnvar: OWN_KEY}}
    defaultTest:
      options:
        provider: {id: 'openai:chat:judge', config: {apiBaseUrl: 'http://127.0.0.1:2/v1', apiKey: '{{env.J_KEY}}'}}
      assert:
        - {type: llm-rubric, value: kind}
        - type: g-eval
          value: short
          provider: {id: 'openai:chat:other', config: {apiHost: 'judge.invalid', top_k: 3}}
        - {type: factuality, value: b, provider: 'file://judge.py'}
    tests: [{vars: {text: a}}]
"""


def test_a_judge_and_a_variant_keep_their_own_server_and_key(
    bring: Import, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("J_KEY", "hush-hush-hush")
    found = bring(SERVERS)
    suite = load_suite(App.open(folder).project, folder / "suites/project.yaml")
    assert [(v.model, v.base_url, v.key) for v in suite.variants] == [
        ("openai/m", "http://127.0.0.1:1/v1", "env:OWN_KEY")
    ]
    assert suite.judge is not None
    assert (suite.judge.model, suite.judge.base_url, suite.judge.key) == (
        "openai/judge",
        "http://127.0.0.1:2/v1",
        "env:J_KEY",
    )
    own = suite.graders[1].settings["judge"]
    assert own == {"model": "openai/other", "base_url": "https://judge.invalid/v1", "key": "env:OPENAI_API_KEY"}
    assert "hush" not in (folder / "suites/project.yaml").read_text()
    assert {item["what"]: item["line"] for item in found["dropped"]} == {
        "'top_k' of 'provider' of the assertion 'g-eval'": 10,
        "'provider' of the assertion 'factuality'": 13,
    }


def test_a_judge_whose_key_is_written_out_is_listed_and_not_asked_elsewhere(bring: Import, folder: Path) -> None:
    found = bring(SERVERS.replace("{{env.J_KEY}}", "sk-1"))
    assert load_suite(App.open(folder).project, folder / "suites/project.yaml").judge is None
    assert ("the judge", 7) in [(item["what"], item["line"]) for item in found["dropped"]]


def test_code_beyond_the_folder_that_is_written_to_is_listed_with_what_to_do(
    bring: Import, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring()
    (folder / "assay.yaml").unlink()
    (folder / "imp").mkdir()
    assert run(["import", "promptfooconfig.yaml", "-o", "imp"]) == 0
    said = capsys.readouterr().err
    assert "check.py lies outside the folder of the new project" in said
    assert "add an 'assay.yaml' to a folder that holds both" in said
