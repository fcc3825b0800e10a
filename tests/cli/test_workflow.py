"""In a job of GitHub Actions nothing that a model says is taken for a command of the runner."""

import re

import pytest

from assay.cli.output import plain
from assay.cli.workflow import commands_ignored

EVIL = "::stop-commands::x"


def obeyed(output: str) -> list[str]:
    """The commands that the runner obeys: none between a stop and the mark that it names."""
    found, mark = [], None
    for line in map(str.strip, output.splitlines()):
        if mark is not None:
            mark = None if line == f"::{mark}::" else mark
        elif line.startswith("::stop-commands::"):
            mark = line.removeprefix("::stop-commands::")
        elif line.startswith("::") or "##[" in line:
            found.append(line)
    return found


def test_what_is_printed_in_the_block_is_no_command_and_what_comes_after_is(monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with commands_ignored():
        print(f"{EVIL}\n::x::\n::set-output name=a::b\n##[add-path]/evil")
    print("::notice::after")

    assert obeyed(capsys.readouterr().out) == ["::notice::after"]


def test_the_mark_is_a_new_one_each_time(monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for _ in range(2):
        with commands_ignored():
            pass
    marks = re.findall(r"::stop-commands::([0-9a-f]{32})", capsys.readouterr().out)

    assert len(set(marks)) == 2


def test_elsewhere_nothing_is_printed(monkeypatch, capsys):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    with commands_ignored():
        print("text")

    assert capsys.readouterr().out == "text\n"


@pytest.mark.parametrize("runner", ["CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"])
@pytest.mark.parametrize("text", ["##[add-path]x", "a ##vso[task.setvariable variable=a]b", "##teamcity[testFailed]"])
def test_what_a_runner_would_take_for_a_command_is_broken_up_in_a_job_alone(monkeypatch, runner, text):
    for name in ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"):
        monkeypatch.delenv(name, raising=False)
    assert plain(text) == text
    monkeypatch.setenv(runner, "true")

    assert plain(text) == text.replace("##", "#\\#")
    assert plain("## heading [a](b)") == "## heading [a](b)"
