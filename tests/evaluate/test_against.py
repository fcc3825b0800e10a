"""A suite against what a branch has: a baseline from Git, unless there is nothing to compare with."""

import subprocess
from pathlib import Path

import pytest

from assay.author.project import Project, find_project
from assay.core.errors import BadInput
from assay.evaluate.against import against
from assay.evaluate.gate_spec import CompareRule
from assay.evaluate.suite import load_suite

PROMPT = "---\nprompt: sort\ninputs: {ticket: string}\n---\nuser:\nSORT {{ ticket }}\n"
SUITE = """\
suite: sort
datasets: [../datasets/d.jsonl]
variants:
  - {name: old, prompt: sort-old}
  - {name: new, prompt: ../prompts/sort.prompt.md, parameters: {temperature: 0.5}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository whose branch main has a prompt that was changed since."""
    monkeypatch.chdir(tmp_path)
    for path, text in {
        "assay.yaml": "project: sorting\n",
        "prompts/sort.prompt.md": PROMPT,
        "prompts/old.prompt.md": PROMPT.replace("prompt: sort", "prompt: sort-old"),
        "datasets/d.jsonl": '{"id": "a"}\n',
        "suites/sort.yaml": SUITE,
    }.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-q", "-m", "one"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    (tmp_path / "prompts/sort.prompt.md").write_text(PROMPT.replace("SORT", "SORT WITH CARE"))
    return find_project(tmp_path)


def rewritten(project: Project, revision: str = "main", **options: float):
    file = project.root / "suites/sort.yaml"
    return against(project, load_suite(project, file), file, revision, **options)


def change(project: Project, path: str, *replaced: str) -> None:
    file = project.root / path
    file.write_text(file.read_text().replace(*replaced))


def test_the_last_variant_is_compared_with_its_own_prompt_as_it_was(project):
    suite, why_not = rewritten(project)

    assert why_not is None
    assert [(v.name, v.prompt) for v in suite.variants] == [
        ("new@main", "../prompts/sort.prompt.md@git:main"),
        ("old", "sort-old"),
        ("new", "../prompts/sort.prompt.md"),
    ]
    assert suite.variants[0].parameters == suite.variants[2].parameters
    assert suite.gate.compare == CompareRule(candidate="new", baseline="new@main", margin=0.02)


def test_the_gates_own_candidate_and_margin_are_kept_and_so_are_its_other_rules(project):
    change(project, "suites/sort.yaml", "- {name: old", "- {name: wide, prompt: sort}\n  - {name: old")
    gate = "gate:\n  compare: {candidate: wide, baseline: old, margin: 0.1}\n  at_least: {wide: 0.5}\n"
    change(project, "suites/sort.yaml", "suite: sort", f"{gate}suite: sort")
    suite, _ = rewritten(project)

    assert suite.variants[0].prompt == "sort@git:main"
    assert suite.gate.compare == CompareRule(candidate="wide", baseline="wide@main", margin=0.1)
    assert suite.gate.at_least == {"wide": 0.5}
    assert rewritten(project, margin=0.05)[0].gate.compare.margin == 0.05


def test_a_prompt_that_has_not_changed_is_not_compared(project):
    change(project, "prompts/sort.prompt.md", " WITH CARE", "")
    suite, why_not = rewritten(project)

    assert why_not == "new is the same version as at main, so there is nothing to compare"
    assert len(suite.variants) == 2
    assert suite.gate is None


@pytest.mark.parametrize("prompt", ["../prompts/added.prompt.md", "added"])
def test_a_prompt_that_is_new_is_not_compared(project, prompt):
    (project.root / "prompts/added.prompt.md").write_text(PROMPT.replace("prompt: sort", "prompt: added"))
    change(project, "suites/sort.yaml", "../prompts/sort.prompt.md", prompt)

    assert rewritten(project)[1] == "new is new: main has no such prompt, so there is nothing to compare with"


def test_a_branch_that_does_not_exist_is_an_error(project):
    with pytest.raises(BadInput, match="Git knows no revision 'mian'"):
        rewritten(project, "mian")


def test_a_prompt_that_was_broken_there_is_an_error(project):
    change(project, "prompts/sort.prompt.md", "inputs", "input")
    for arguments in (["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *arguments], cwd=project.root, check=True)
    change(project, "prompts/sort.prompt.md", "input:", "inputs:")

    with pytest.raises(BadInput):
        rewritten(project)


def test_a_candidate_that_is_itself_from_git_is_refused_with_its_place(project):
    change(project, "suites/sort.yaml", "../prompts/sort.prompt.md", "sort@git:main")
    with pytest.raises(BadInput, match="new is itself from Git") as caught:
        rewritten(project)

    assert caught.value.where.line == 5
