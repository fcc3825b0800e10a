"""What these tests share: a folder with a configuration in it, run by the real command."""

import json
import os
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assay.cli.main import run


@dataclass
class Ran:
    """A command that has ended: its status, what it said, and the rows in promptfoo's form."""

    status: int
    err: str
    document: dict[str, Any] | None

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert self.document is not None, self.err
        return self.document["results"]["results"]

    @property
    def outputs(self) -> list[Any]:
        return [(row.get("response") or {}).get("output") for row in self.rows]

    @property
    def passed(self) -> list[bool]:
        return [row["success"] for row in self.rows]


Files = dict[str, str]


@pytest.fixture
def environment() -> Iterator[None]:
    """The environment as it is now, afterwards too."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of a project, in which the command runs."""
    made = tmp_path / "project"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def evaluate(folder: Path, environment: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Write files, and run ``assay eval`` on the configuration among them."""

    def do(config: str | None = None, *flags: str, files: Files | None = None) -> Ran:
        for name, text in {**({"promptfooconfig.yaml": config} if config is not None else {}), **(files or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), "utf-8")
        out = folder.parent / "out.json"
        out.unlink(missing_ok=True)
        status = run(["eval", *flags, "-q", "--export", f"promptfoo={out}"])
        said = capsys.readouterr().err
        return Ran(status, said, json.loads(out.read_bytes()) if out.exists() else None)

    return do
