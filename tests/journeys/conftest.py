"""A person at the command line: a project in a folder of its own, and the real ``assay`` command run in it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assay.cli.main import run as run_here
from assay.testing.fake_provider import FakeProvider

PROMPT = """\
---
prompt: desk.sort
version: {version}
inputs:
  ticket: string, the customer's message
contract:
  format: choice
  choices: [billing, bug, other]
---
system:
{system}

user:
{{{{ ticket }}}}
"""

SUITE = """\
suite: desk.sort
datasets: [../datasets/tickets.jsonl]
variants:
  - name: baseline
    prompt: ../prompts/sort-1.prompt.md
  - name: candidate
    prompt: ../prompts/sort-2.prompt.md
graders:
  - contract
  - choice
concurrency: 8
gate:
  compare: {candidate: candidate, baseline: baseline, margin: 0.02}
"""

WORDS = ("billing", "bug", "other")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    def json(self) -> dict[str, object]:
        """What it printed, which is one JSON document and nothing else."""
        found: dict[str, object] = json.loads(self.out)
        return found


@dataclass
class Desk:
    """A project's folder, and the commands given in it."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, content: str | bytes) -> Path:
        """Put a file there."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def start(self, *arguments: str, **pipes: object) -> "subprocess.Popen[str]":
        """The command, running in a process of its own."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | pipes
        command = [sys.executable, "-m", "assay", *arguments]
        return subprocess.Popen(command, cwd=self.root, env=os.environ | self.environ, text=True, **streams)

    def assay(self, *arguments: str, status: int | None = None) -> Done:
        """The command, run to its end in a process of its own; ``status`` is the one it must end with."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=120)
        assert "Traceback" not in err, err
        if status is not None:
            assert process.returncode == status, f"{process.returncode}: {err}{out}"
        return Done(process.returncode, out, err)

    def runs(self) -> list[Path]:
        """The folders of its runs, in the order they were begun."""
        folders = (self.root / ".assay" / "runs").glob("*")
        return sorted(folders, key=lambda folder: (folder / "lock").stat().st_ctime_ns)

    def rows(self, run: Path | None = None) -> list[dict[str, object]]:
        """The samples of a run, the last one unless it is named."""
        text = ((run or self.runs()[-1]) / "samples.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty project."""
    found = Desk(tmp_path / "desk")
    found.write("assay.yaml", "project: desk\n")
    return found


@pytest.fixture
def here(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """A command run in this very process, which is quicker; for what ends by itself and starts nothing."""
    monkeypatch.chdir(desk.root)
    handler = signal.getsignal(signal.SIGINT)

    def command(*arguments: str) -> Done:
        capsys.readouterr()
        status = run_here(list(arguments))
        out, err = capsys.readouterr()
        assert "Traceback" not in err + out
        return Done(status, out, err)

    yield command
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def sorting(desk: Desk) -> Desk:
    """A project that sorts 75 tickets with two versions of a prompt: 150 samples."""
    return fill(desk, cases=75)


@pytest.fixture
def small(desk: Desk) -> Desk:
    """The same with 12 tickets: 24 samples."""
    return fill(desk, cases=12)


@pytest.fixture
def sorter() -> Iterator[FakeProvider]:
    """A provider that sorts tickets, some of them wrongly, and the second version's fewer."""
    with FakeProvider(sort) as fake:
        yield fake


@pytest.fixture
def slow_sorter() -> Iterator[FakeProvider]:
    """The same, taking a while for each."""
    with FakeProvider(sort, latency_s=0.03) as fake:
        yield fake


@pytest.fixture
def make_desk(tmp_path: Path):
    """More projects of the same kind, by name."""

    def make(name: str, *, cases: int) -> Desk:
        return fill(Desk(tmp_path / name), cases=cases)

    return make


def fill(desk: Desk, *, cases: int) -> Desk:
    """Write the project that sorts tickets."""
    desk.write("assay.yaml", "project: desk\n")
    desk.write("prompts/sort-1.prompt.md", PROMPT.format(version="1.0.0", system="Sort the ticket."))
    desk.write("prompts/sort-2.prompt.md", PROMPT.format(version="1.1.0", system="Sort the ticket with care."))
    rows = [
        {
            "id": f"t-{n:03}",
            "inputs": {"ticket": f"Ticket {n} is about {WORDS[n % 3]}."},
            "expected": WORDS[n % 3],
            "tags": {"parity": "odd" if n % 2 else "even"},
        }
        for n in range(cases)
    ]
    desk.write("datasets/tickets.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    desk.write("suites/sort.yaml", SUITE)
    return desk


def sort(body: dict[str, object]) -> str:
    """The provider's answer: wrong for one ticket in five, with care for one in twenty."""
    messages = body["messages"]
    system, ticket = messages[0]["content"], messages[-1]["content"]
    number = int(re.search(r"\d+", ticket)[0])
    wrong = number % (20 if "care" in system else 5) == 0
    word = ticket.rpartition(" ")[2].rstrip(".")
    return WORDS[(WORDS.index(word) + wrong) % 3]


def against(fake: FakeProvider) -> tuple[str, ...]:
    """The options that make that provider answer."""
    return ("--model", "openai-compatible/m", "--base-url", fake.base_url)


@pytest.fixture(name="against")
def _against():
    """``against``, for tests."""
    return against
