"""A small project of prompts with tests of its own, and a pytest session in it."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import scipy.special  # noqa: F401 - a session in this process must find it loaded: it cannot be loaded a second time

from assay.testing import pytest_items  # noqa: F401 - as above, and for all that it loads
from assay.testing.fake_provider import FakeProvider

PROMPT = """\
---
prompt: sort
inputs:
  ticket: string
contract:
  format: choice
  choices: [bill, bug]
---
user:
{{ ticket }}
"""

SUITE = """\
suite: sort
datasets: [../datasets/tickets.jsonl]
variants: [../prompts/sort.prompt.md]
graders: [choice]
gate:
  at_least: {sort: 0.5}
"""


def sort(body: dict[str, object]) -> str:
    """Right, but for the tickets that say 'odd'."""
    return "bug" if "odd" in body["messages"][-1]["content"] else "bill"


@pytest.fixture
def fake():
    with FakeProvider(sort) as fake:
        yield fake


@pytest.fixture
def write(pytester: pytest.Pytester) -> Callable[[str, str], Path]:
    """Put a file into the project."""

    def put(path: str, text: str) -> Path:
        file = pytester.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    return put


@pytest.fixture
def cases(write) -> Callable[..., Path]:
    """Write the dataset: so many tickets, of which those with these numbers are answered wrongly."""

    def put(count: int, wrong: tuple[int, ...] = ()) -> Path:
        rows = [
            {"id": f"t-{n}", "inputs": {"ticket": f"{'odd' if n in wrong else 'even'} {n}"}, "expected": "bill"}
            for n in range(count)
        ]
        return write("datasets/tickets.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    return put


@pytest.fixture
def project(write, cases, pytester: pytest.Pytester) -> pytest.Pytester:
    """A project whose suite passes."""
    write("assay.yaml", "project: sorting\n")
    write("prompts/sort.prompt.md", PROMPT)
    write("suites/sort.yaml", SUITE)
    write("pytest.ini", "[pytest]\naddopts = -p no:cacheprovider\nasyncio_default_fixture_loop_scope = function\n")
    cases(12)
    return pytester


@pytest.fixture
def answered_by(project: pytest.Pytester):
    """A pytest session in the project, in this very process, with that provider as the model."""

    def run(fake: FakeProvider, *arguments: str) -> pytest.RunResult:
        model = ("--assay-model=m", f"--assay-base-url={fake.base_url}")
        return project.runpytest_inprocess("-p", "assay.testing.pytest_plugin", *model, *arguments)

    return run


@pytest.fixture
def session(answered_by, fake: FakeProvider):
    """The same with the provider that sorts."""
    return partial(answered_by, fake)
