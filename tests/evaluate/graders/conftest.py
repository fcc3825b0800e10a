"""What the graders' tests share: cases, replies seen through real contracts, and graders made as a suite makes them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.author.types import MISSING, Contract, RenderedMessage, Segment
from assay.core.location import Location
from assay.engine.contract import Checker
from assay.engine.types import Checked, Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import make_grader
from assay.evaluate.types import Case, GraderSpec, Verdict
from assay.models.types import Finish, Reply, Usage

PLACE = Location("suite.yaml", 7)


def make_case(expected: object = MISSING, **rest: object) -> Case:
    return Case(id="c-1", inputs=dict(rest.pop("inputs", {})), expected=expected, where=Location("d.jsonl", 3), **rest)


def make_outcome(
    text: str = "",
    *,
    contract: Contract | None = None,
    refusal: str | None = None,
    finish: Finish = "stop",
    fallback: str | None = None,
    repair: bool = False,
) -> Outcome:
    """What the engine makes of a reply with that text, under that contract."""
    reply = Reply(
        text=text, refusal=refusal, model="fake-1", finish=finish, usage=Usage(input=12, output=3), latency_ms=41.5
    )
    first = Checker(contract).check(reply, {}, repair=repair)
    return Outcome(
        digest="sha256:0",
        messages=(RenderedMessage("user", "hello", (Segment("hello", None, "developer"),)),),
        replies=(reply,),
        checked=Checked(fallback, fallback) if fallback is not None else first,
        first=first,
        fallback=fallback is not None,
        cost_usd=None,
    )


def spec(grader: str, **settings: object) -> GraderSpec:
    places = {name: Location("suite.yaml", 8 + i) for i, name in enumerate(settings)}
    return GraderSpec(grader=grader, name=grader, settings=settings, where=PLACE, places=places)


@pytest.fixture
def case() -> Callable[..., Case]:
    return make_case


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    return make_outcome


@pytest.fixture
async def bench(tmp_path: Path):
    """The files of a project in a temporary folder, and the processes of its graders."""
    bench = Bench(WorkingTree(tmp_path), "suites")
    (tmp_path / "suites").mkdir()
    yield bench
    await bench.close()


@pytest.fixture
def build(bench: Bench) -> Callable[..., Callable[[Case, Outcome], Awaitable[Verdict]]]:
    """A grader from its name and settings, as a suite's entry makes it."""
    return lambda grader, **settings: make_grader(spec(grader, **settings), bench)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file of the project."""

    def put(path: str, text: str) -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return put
