"""A worker of a cluster opens the very job that the command has, or says that it cannot."""

import subprocess
from pathlib import Path

import pytest

from assay.app import App, SuiteOpener
from assay.evaluate.cluster.shard import Shard
from assay.evaluate.cluster.worker import ShardWorker, WorkerOptions
from assay.evaluate.native import SuiteOptions, job_of, open_suite

PROMPT = """---
prompt: sort
inputs:
  ticket: string
  message: {type: string, default: hi}
  history: {type: array, default: []}
model: openai/m
contract: {format: choice, choices: [bill, bug]}
---

system:
Sort it.

insert: history

user:
{{ ticket }}: {{ message }}
"""
SUITE = """suite: s
variants: [{name: now, prompt: sort.prompt.md}]
datasets: [cases.csv]
"""
CASES = "id,ticket\n1,a\n2,b\n"
BLOCKS = {
    "plain": "graders: [contract]\n",
    "clauses": "graders: [{grader: contract, each: true}]\n",
    "conversation": "judge: openai/j\nconversation: {user: You ask., model: openai/p}\ngraders: [contract]\n",
}


@pytest.fixture
def project(tmp_path: Path):
    """Write a project with a suite of that kind; gives the suite's file."""

    def write(block: str) -> Path:
        for name, text in {
            "assay.yaml": "project: p\n",
            "sort.prompt.md": PROMPT,
            "cases.csv": CASES,
            "suite.yaml": SUITE + block,
        }.items():
            (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / "suite.yaml"

    return write


def commit_all(folder: Path) -> None:
    for command in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a")):
        subprocess.run(["git", *command], cwd=folder, check=True)


async def both(file: Path, options: SuiteOptions):
    """The job of the command, and the one that a worker opens."""
    app = App.open(file.parent)
    prepared, _ = open_suite(app.project, file, options)
    opener = SuiteOpener(root=app.project.root, suite_file=file.name, options=options, facts=prepared.facts)
    async with opener() as (far, _):
        return job_of(app.project, prepared), far


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
async def test_the_job_is_the_same_whatever_the_suite_has(project, block):
    near, far = await both(project(block), SuiteOptions(repeats=2, judge="openai/j"))

    assert (far.identity, far.labels, far.total) == (near.identity, near.labels, near.total)
    assert len(list(far.samples())) == near.total == 4


async def test_the_job_has_the_baseline_that_the_command_took_from_git(project):
    file = project(BLOCKS["plain"])
    commit_all(file.parent)
    (file.parent / "sort.prompt.md").write_text(PROMPT.replace("Sort it.", "Sort it well."), "utf-8")
    near, far = await both(file, SuiteOptions(against="HEAD"))

    assert [label.name for label in far.labels] == ["now@HEAD", "now"]
    assert (far.identity, len(list(far.samples()))) == (near.identity, near.total)


async def test_a_worker_whose_files_differ_runs_nothing(project, tmp_path):
    file = project(BLOCKS["plain"])
    app = App.open(file.parent)
    prepared, _ = open_suite(app.project, file, SuiteOptions())
    opener = SuiteOpener(root=app.project.root, suite_file=file.name, options=SuiteOptions(), facts=prepared.facts)
    identity = job_of(app.project, prepared).identity
    (file.parent / "sort.prompt.md").write_text(PROMPT.replace("Sort it.", "Sort it well."), "utf-8")
    shared = tmp_path / "shared"
    options = WorkerOptions(shared=str(shared), known=None, concurrency=1, timeout_s=1.0, identity=identity)
    worker = ShardWorker("1", opener, options)
    error = await worker.run(Shard(0, 0, 2))
    await worker.close()

    assert error is not None
    assert error["code"] == "cluster.differs"
    assert not list(shared.glob("*.jsonl"))
