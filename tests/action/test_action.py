"""The action for GitHub and the component for GitLab: sound as files, and their scripts run by the shells they name.

What only the services can do (caches, artifacts, setting up Python) is checked as far as its inputs go.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from assay.cli.ci import DECISIONS
from assay.core.document import parse_document
from assay.testing import FakeProvider

ROOT = Path(__file__).parents[2]
ACTION = parse_document((ROOT / "action.yml").read_text("utf-8"), file="action.yml").value
SPEC, JOBS = yaml.safe_load_all((ROOT / "templates/assay.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]
JOB = JOBS["$[[ inputs.job ]]"]
PAGE = (ROOT / "docs/how-to/run-in-ci.md").read_text("utf-8")

ENDINGS = ("junit.xml", "sarif", "quality.json", "comment.md", "annotations.txt", "report.html", "summary.json")
FILES = {f"{suite}.{ending}" for suite in ("one", "two") for ending in ENDINGS}
FILES |= {"results.json", "gl-code-quality.json", "comment.md"}
PROMPT = """\
---
prompt: sort
inputs: {ticket: string}
contract: {format: choice, choices: [bill, bug]}
---
user:
{{ ticket }}
"""
SUITE = """\
suite: NAME
datasets: [../datasets/tickets.jsonl]
variants: [../prompts/sort.prompt.md]
graders: [choice]
gate:
  at_least: {sort: 0.5}
"""


def step(key: str) -> dict[str, object]:
    return next(s for s in STEPS if s.get("id") == key)


def expressions(value: object) -> list[str]:
    """Every ``${{ … }}`` in a value."""
    return re.findall(r"\$\{\{(.*?)\}\}", json.dumps(value))


class TestTheActionAsAFile:
    def test_every_input_that_is_used_is_declared_and_the_other_way_round(self):
        used = {name for found in expressions(ACTION) for name in re.findall(r"inputs\.([\w-]+)", found)}

        assert used == set(ACTION["inputs"])

    def test_every_output_comes_from_a_step_that_is_there(self):
        named = re.findall(r"steps\.([\w-]+)\.", " ".join(expressions(ACTION)))

        assert set(named) <= {s.get("id") for s in STEPS}
        assert {found["value"] for found in ACTION["outputs"].values()} == {
            f"${{{{ steps.evaluate.outputs.{name} }}}}" for name in ACTION["outputs"]
        }

    def test_no_value_is_put_into_a_script(self):
        assert [s["name"] for s in STEPS if expressions(s.get("run", ""))] == []

    def test_every_step_is_either_a_script_with_its_shell_or_an_action_with_its_version(self):
        for found in STEPS:
            assert ("run" in found) != ("uses" in found)
            assert found.get("shell") == "bash" if "run" in found else re.search(r"@v\d+$", found["uses"])

    def test_every_input_says_what_it_is_and_has_a_default_that_is_text(self):
        for found in ACTION["inputs"].values():
            assert found["description"].endswith(".")
            assert isinstance(found["default"], str)
        assert ACTION["inputs"]["fail-on"]["default"] == ",".join(DECISIONS)

    def test_the_page_lists_every_input_with_its_default(self):
        rows = dict(re.findall(r"^\| `([\w-]+)` \| .*? \| (.*?) \|$", PAGE.partition("## GitLab")[0], re.MULTILINE))
        defaults = {name: found["default"] for name, found in ACTION["inputs"].items()}

        assert {name: rows[name].strip("`") for name in defaults} == {
            name: "the job's" if name == "token" else default or "none" for name, default in defaults.items()
        }


class TestTheComponentAsAFile:
    def test_every_input_that_is_used_is_declared_and_the_other_way_round(self):
        used = set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", json.dumps(JOBS)))

        assert used == set(SPEC["spec"]["inputs"])

    def test_no_value_is_put_into_a_script(self):
        assert "$[[" not in json.dumps([JOB["before_script"], JOB["script"]])

    def test_the_reports_are_those_that_the_command_writes(self):
        assert JOB["artifacts"]["reports"] == {
            "junit": "assay-report/*.junit.xml",
            "codequality": "assay-report/gl-code-quality.json",
        }
        assert JOB["allow_failure"] == {"exit_codes": [3]}


@pytest.fixture
def job(tmp_path: Path):
    """A checkout with two suites, a runner's folders, and the command installed where a script looks for it."""
    work = tmp_path / "checkout"
    for path, text in {
        "assay.yaml": "project: sorting\n",
        "prompts/sort.prompt.md": PROMPT,
        "suites/one.yaml": SUITE.replace("NAME", "one"),
        "suites/two.yaml": SUITE.replace("NAME", "two").replace("0.5", "0.9"),
        "datasets/tickets.jsonl": "".join(
            json.dumps({"id": f"t-{n}", "inputs": {"ticket": f"ticket {n}"}, "expected": "bill"}) + "\n"
            for n in range(12)
        ),
    }.items():
        file = work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    for place in (tmp_path / "action/.venv/bin", work / ".assay-venv/bin"):
        place.mkdir(parents=True)
        tool = place / "assay"
        tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m assay "$@"\n')
        tool.chmod(0o755)
    return work


def run(script: str, shell: str, folder: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """The script as a runner runs it; its defaults are the variables, and nothing of this job's own CI is seen."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI"))}
    command = (
        [shell, "-e", "-c", script]
        if shell == "sh"
        else [shell, "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    )
    return subprocess.run(
        command, cwd=folder, env=own | variables, capture_output=True, text=True, timeout=60, check=False
    )


def defaults(variables: dict[str, str], inputs: dict[str, dict[str, str]]) -> dict[str, str]:
    """What the variables of a step or job are when nobody sets an input."""
    found = {}
    for name, value in variables.items():
        wanted = re.fullmatch(r"\$(?:\{\{|\[\[) inputs\.([\w-]+) (?:\}\}|\]\])", str(value))
        found[name] = inputs[wanted[1]]["default"] if wanted else str(value)
    return found


class TestTheScriptsOfTheAction:
    def evaluate(self, job: Path, fake: FakeProvider, **inputs: str) -> "subprocess.CompletedProcess[str]":
        variables = defaults(step("evaluate")["env"], ACTION["inputs"])
        variables |= {
            "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(job.parent / "action"), "GITHUB_WORKSPACE": str(job),
            "GITHUB_OUTPUT": str(job.parent / "output"), "GITHUB_STEP_SUMMARY": str(job.parent / "summary"),
            "MODEL": "m", "BASE_URL": fake.base_url, "COMMENT": "false",
        }  # fmt: skip
        return run(step("evaluate")["run"], "bash", job, variables | inputs)

    @pytest.fixture
    def fake(self):
        with FakeProvider("bill") as fake:
            yield fake

    def test_run_every_suite_and_hand_out_the_worst_decision(self, job, fake):
        done = self.evaluate(job, fake)

        assert done.returncode == 3, done.stderr
        assert (job.parent / "output").read_text() == "decision=inconclusive\nreport=assay-report\n"
        assert (job.parent / "summary").read_text("utf-8").count("### ") == 2
        assert re.findall(r"^::(\w+) title=(\w+)", done.stdout, re.MULTILINE) == [
            ("notice", "one"), ("warning", "two"), ("error", "gate"),
        ]  # fmt: skip
        assert {p.name for p in (job / "assay-report").iterdir()} == FILES

    def test_take_every_input_as_it_is(self, job, fake):
        evil = "$(touch evil); `touch evil`"
        done = self.evaluate(
            job, fake, SUITES="suites/two.yaml\n\n", MORE="--repeats 2", FAIL_ON="fail", KEY_ENV="PATH"
        )
        hostile = self.evaluate(job, fake, SUITES=evil, MODEL=evil, MORE=evil)

        assert done.returncode == 0, done.stderr
        assert len(fake.requests) == 24
        assert hostile.returncode == 2
        assert not (job / "evil").exists()

    def test_comment_on_the_pull_request_only_if_told_to(self, job, fake):
        done = self.evaluate(job, fake, COMMENT="true", SUITES="suites/one.yaml")

        assert done.returncode == 0
        assert "no comment: the variable GITHUB_API_URL is not set" in done.stderr

    @pytest.mark.parametrize("model", ["false", "true"])
    def test_install_the_package_from_the_actions_own_repository(self, job, model):
        tools = job.parent / "tools"
        tools.mkdir()
        for name in ("make", "python"):
            (tools / name).write_text('#!/bin/sh\necho "$0 $*" >> "$CALLS"\n')
            (tools / name).chmod(0o755)
        calls = job.parent / "calls"
        variables = {
            "GITHUB_ACTION_PATH": str(job.parent / "action"), "EMBEDDED_MODEL": model, "CALLS": str(calls),
            "PATH": f"{tools}:{os.environ['PATH']}",
        }  # fmt: skip
        done = run(step("install")["run"], "bash", job, variables)
        targets = re.findall(r"\.venv/stamps/(\w+)", calls.read_text())

        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("assay ")
        assert f"PYTHON={tools}/python" in calls.read_text()
        assert targets == ["package", "assets", "model"][: 3 if model == "true" else 2]
        makefile = (ROOT / "Makefile").read_text("utf-8")
        assert all(f"$(STAMPS)/{target}:" in makefile for target in targets)


def test_the_script_of_the_component_runs_every_suite_in_a_plain_shell(job):
    with FakeProvider("bill") as fake:
        variables = defaults(JOB["variables"], SPEC["spec"]["inputs"])
        variables |= {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(job), "MODEL": "m", "BASE_URL": fake.base_url}
        done = run("\n".join(JOB["script"]), "sh", job, variables)

    assert done.returncode == 3, done.stderr
    assert "? two: inconclusive." in done.stdout
    assert "::" not in done.stdout
    assert {p.name for p in (job / "assay-report").iterdir()} == FILES
