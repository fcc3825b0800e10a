"""A command run in this process, in a project of the test's own."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assay.cli.main import run

PROMPT = """\
---
prompt: greet
version: 1.0.0
description: Greets somebody.
inputs:
  name: {type: string, description: who it is, max_chars: 40}
  times?: integer, how often
model: {candidates: [openai/gpt-4o-mini], parameters: {temperature: 0}}
contract: {format: text, limits: {max_words: 9}}
owner: desk
---
system:
Greet people warmly.

user:
{{ name }}
"""


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


Assay = Callable[..., Done]


@pytest.fixture
def assay(project: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Assay]:
    """Runs ``assay`` with some words in the test's own folder."""

    def call(*words: str) -> Done:
        capsys.readouterr()
        status = run(list(words))
        shown = capsys.readouterr()
        return Done(status, shown.out, shown.err)

    return call


@pytest.fixture
def greet(project: Path) -> Path:
    """A project with one prompt; the prompt's file."""
    (project / "assay.yaml").write_text("project: hello\n")
    file = project / "prompts/greet.prompt.md"
    file.parent.mkdir()
    file.write_text(PROMPT)
    return file


@pytest.fixture
def commit(project: Path) -> Callable[[], None]:
    """Commits all that is in the test's folder."""
    git = ["git", "-C", str(project), "-c", "user.name=T", "-c", "user.email=t@example.invalid"]

    def act() -> None:
        if not (project / ".git").exists():
            subprocess.run(["git", "init", "-q", "-b", "main", str(project)], check=True)
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "more"], check=True)

    return act
