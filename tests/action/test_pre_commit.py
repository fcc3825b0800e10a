"""The hooks for pre-commit: each entry is a command that exists, and does with the files what the hook says."""

import re
from pathlib import Path

import pytest
import yaml

from assay.cli.main import run

HOOKS = {
    hook["id"]: hook for hook in yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
}


@pytest.fixture
def started(project: Path) -> Path:
    """The project that `assay init` makes."""
    assert run(["init", "."]) == 0
    return project


def give(hook: dict[str, object], *files: str) -> int:
    """The hook's command, with the files that it asks for."""
    program, *words = hook["entry"].split()
    assert program == "assay"
    return run([*words, *(files if hook.get("pass_filenames", True) else ())])


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_lets_a_good_project_through(started, name):
    hook = HOOKS[name]

    assert give(hook, "prompts/sentiment.prompt.md") == 0
    assert re.search(hook["files"], "prompts/sentiment.prompt.md")
    assert not re.search(hook["files"], "src/main.py")


def test_a_broken_prompt_is_stopped(started):
    (started / "prompts/sentiment.prompt.md").write_text("---\nprompt: sentiment\n---\nuser:\n{{ review }\n")

    assert give(HOOKS["assay-lint"], "prompts/sentiment.prompt.md") != 0
