"""Doing a thing once among the processes of a session."""

import subprocess
import sys
from pathlib import Path

import pytest

from assay.core.errors import BadInput
from assay.testing.run_once import RunOnce


def test_a_thing_is_done_once_for_each_key():
    once, done = RunOnce(), []

    def make(name: str) -> Path:
        done.append(name)
        return Path(name)

    assert [once.get(key, lambda key=key: make(key)) for key in ("a", "b", "a")] == [Path("a"), Path("b"), Path("a")]
    assert done == ["a", "b"]


def test_a_failure_is_told_again_and_the_thing_is_not_tried_again():
    once, tried = RunOnce(), []

    def make() -> Path:
        tried.append(1)
        raise BadInput("wrong", code="x.y")

    for _ in range(2):
        with pytest.raises(BadInput, match="wrong"):
            once.get("a", make)
    assert len(tried) == 1


ANOTHER = """
import sys
from pathlib import Path
from assay.testing.run_once import RunOnce

shared, done = map(Path, sys.argv[1:])

def make():
    with done.open("a") as handle:
        handle.write("x")
    return Path("result")

assert RunOnce(shared).get("a", make) == Path("result")
"""


def test_processes_that_share_a_folder_do_it_once_among_them(tmp_path: Path):
    shared = tmp_path / "shared"
    shared.mkdir()
    command = [sys.executable, "-c", ANOTHER, str(shared), str(tmp_path / "done")]
    others = [subprocess.Popen(command) for _ in range(3)]

    assert [other.wait(60) for other in others] == [0, 0, 0]
    assert (tmp_path / "done").read_text() == "x"


def test_what_a_process_failed_at_another_one_does(tmp_path: Path):
    def fail() -> Path:
        raise BadInput("wrong", code="x.y")

    with pytest.raises(BadInput):
        RunOnce(tmp_path).get("a", fail)
    assert RunOnce(tmp_path).get("a", lambda: Path("found")) == Path("found")
