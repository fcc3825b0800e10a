"""Several suites in one command, and of them only those that a change touches."""

import json
import subprocess

import pytest

from assay.testing.fake_provider import FakeProvider

OTHER = """\
suite: desk.echo
datasets: [../datasets/echo.jsonl]
variants: [../prompts/echo.prompt.md]
graders:
  - grader: python
    function: ../graders/own.py:grade
"""
ECHO = '---\nprompt: desk.echo\ninputs: {q: string}\n---\nuser:\n{% include "tone" %} {{ q }}\n'


@pytest.fixture
def sorter():
    """A provider that always says the same."""
    with FakeProvider("billing") as fake:
        yield fake


@pytest.fixture
def git(small):
    """A repository with two suites, committed."""

    def run(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.invalid"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=small.root, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    small.write("suites/echo.yaml", OTHER)
    small.write("prompts/echo.prompt.md", ECHO)
    small.write("prompts/partials/tone.md", "Be kind.\n")
    small.write("datasets/echo.jsonl", json.dumps({"id": "e1", "inputs": {"q": "hello"}}) + "\n")
    small.write("graders/own.py", "from aid import good\n\ndef grade(case, reply):\n    return good(reply)\n")
    small.write("graders/aid.py", "def good(reply):\n    return True\n")
    small.write(".gitignore", ".assay/\n")
    run("init", "-q", "-b", "main")
    run("add", ".")
    run("commit", "-qm", "all")
    return run


@pytest.fixture
def since(here, sorter, against, git):
    """The command, since a revision: its output as JSON, and what it said."""

    def command(revision="main", *suites):
        done = here("eval", *suites, "--since", revision, "--json", *against(sorter))
        return done, [run["suite"] for run in json.loads(done.out)["runs"]]

    return command


def test_nothing_has_changed_and_nothing_is_run(since, sorter):
    done, ran = since()

    assert (done.status, ran, sorter.requests) == (0, [], [])
    assert "suites/echo.yaml: left out, as none of the 5 files that it reads has changed since main" in done.err
    assert "nothing to run: 2 suites left out" in done.err
    left_out = json.loads(done.out)["left_out"]
    assert [item["suite"] for item in left_out] == ["suites/echo.yaml", "suites/sort.yaml"]


@pytest.mark.parametrize(
    ("path", "content", "suites"),
    [
        pytest.param("suites/echo.yaml", OTHER + "repeats: 2\n", ["desk.echo"], id="the-suite"),
        pytest.param("prompts/echo.prompt.md", ECHO + "Please.\n", ["desk.echo"], id="a-prompt"),
        pytest.param("prompts/partials/tone.md", "Be brief.\n", ["desk.echo"], id="a-partial"),
        pytest.param("datasets/echo.jsonl", '{"id": "e2", "inputs": {"q": "x"}}\n', ["desk.echo"], id="a-dataset"),
        pytest.param("graders/aid.py", "def good(reply):\n    return 1 == 1\n", ["desk.echo"], id="an-import"),
        pytest.param("prompts/other.prompt.md", "---\nprompt: x\n---\nuser:\nx\n", [], id="another-prompt"),
        pytest.param("README.md", "hello\n", [], id="no-part-of-a-suite"),
        pytest.param(
            "assay.yaml", "project: desk\nmodels: {max_attempts: 3}\n", ["desk.echo", "desk.sort"], id="project"
        ),
    ],
)
def test_a_change_runs_the_suites_that_read_the_file(path, content, suites, small, since):
    small.write(path, content)
    done, ran = since()

    assert ran == suites
    assert all(
        f"changed since main: {path}" in line for line in done.err.splitlines() if "changed since main: " in line
    )


def test_a_committed_change_counts_and_one_on_the_other_side_of_the_fork_does_not(small, since, git):
    git("checkout", "-qb", "mine")
    small.write("datasets/echo.jsonl", '{"id": "e2", "inputs": {"q": "x"}}\n')
    git("commit", "-qam", "a case")
    git("checkout", "-q", "main")
    small.write("prompts/sort-1.prompt.md", (small.root / "prompts/sort-1.prompt.md").read_text() + "Now.\n")
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "mine")

    assert since("main...")[1] == ["desk.echo"]
    assert since("main")[1] == ["desk.echo", "desk.sort"]


def test_a_deleted_version_of_a_prompt_counts(small, since, git):
    second = (small.root / "prompts/sort-2.prompt.md").read_text()
    suite = (small.root / "suites/sort.yaml").read_text()
    small.write("suites/sort.yaml", suite.replace("../prompts/sort-2.prompt.md", "desk.sort"))
    small.write("prompts/sort-3.prompt.md", second.replace("1.1.0", "9.0.0"))
    git("add", ".")
    git("commit", "-qm", "third")
    (small.root / "prompts/sort-3.prompt.md").unlink()

    done, ran = since("main", "suites/sort.yaml")
    assert ran == ["desk.sort"]
    assert "prompts/sort-3.prompt.md" in done.err


def test_a_revision_that_does_not_exist_is_refused(here, git, sorter, against):
    done = here("eval", "--since", "nowhere", *against(sorter))

    assert done.status == 2
    assert "Git knows no revision 'nowhere'" in done.err


def test_several_suites_are_all_checked_before_the_first_is_run(here, small, git, sorter, against):
    small.write("suites/echo.yaml", OTHER + "gate: {at_least: {nobody: 1}}\n")
    done = here("eval", "suites/sort.yaml", "suites/echo.yaml", *against(sorter))

    assert (done.status, sorter.requests) == (2, [])
    assert "no variant is named 'nobody'" in done.err


def test_the_worst_decision_of_several_suites_counts(here, git, sorter, against, small, tmp_path):
    exports = ("--export", f"junit={tmp_path}/{{suite}}.xml")
    done = here("eval", "suites/echo.yaml", "suites/sort.yaml", "--json", *exports, *against(sorter))
    found = json.loads(done.out)

    assert [run["decision"] for run in found["runs"]] == ["pass", "inconclusive"]
    assert (found["decision"], done.status) == ("inconclusive", 3)
    assert {path.name for path in tmp_path.glob("*.xml")} == {"desk.echo.xml", "desk.sort.xml"}


def test_each_of_several_suites_is_named_before_its_figures(here, git, sorter, against):
    done = here("eval", "suites/echo.yaml", "suites/sort.yaml", *against(sorter))

    heads = [line for line in done.out.splitlines() if line.startswith("desk.")]
    assert heads == ["desk.echo (suites/echo.yaml)", "desk.sort (suites/sort.yaml)"]


def test_one_file_for_several_suites_is_refused(here, git, sorter, against):
    done = here("eval", "suites/echo.yaml", "suites/sort.yaml", "--export", "junit=out.xml", *against(sorter))

    assert (done.status, sorter.requests) == (2, [])
    assert "names one file for 2 suites" in done.err


def test_a_budget_holds_for_all_suites_together(here, git, sorter, against):
    done = here("eval", "suites/sort.yaml", "suites/echo.yaml", "--json", "--max-tokens-total", "100", *against(sorter))
    found = json.loads(done.out)

    assert [bool(run["stopped"]) for run in found["runs"]] == [True, True]
    assert found["decision"] == "invalid"


def test_without_a_suite_the_command_asks_for_one(here, desk):
    done = here("eval")

    assert done.status == 2
    assert "no suite is named" in done.err
