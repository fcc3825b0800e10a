"""What the graders' tests share: cases, replies seen through real contracts, and graders made as a suite makes them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.author.types import MISSING, Contract, RenderedMessage, Segment
from assay.core.clock import SystemClock
from assay.core.location import Location
from assay.engine.contract import Checker
from assay.engine.types import Checked, Outcome
from assay.evaluate.asking import StoredModels
from assay.evaluate.bench import Bench
from assay.evaluate.conversation.sampler import Progressing, talk_of
from assay.evaluate.grader import make_grader
from assay.evaluate.replies import ReplyStore
from assay.evaluate.talk import Talk, Turn
from assay.evaluate.types import Case, GraderSpec, Judge, Verdict
from assay.models.client import ModelClient
from assay.models.retry import NO_RETRY
from assay.models.types import Finish, Reply, Tool, ToolCall, Usage
from assay.testing.fake_provider import FakeProvider
from assay.testing.fake_reply import FakeReply

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


@dataclass
class Court:
    """Graders whose judge gives the replies of a script, the last again and again."""

    build: Callable[..., Callable[[Case, Outcome], Awaitable[Verdict]]]
    fake: FakeProvider

    @property
    def prompts(self) -> list[str]:
        """What the judge was asked, one text for each call."""
        return ["\n\n".join(m["content"] for m in request.body["messages"]) for request in self.fake.requests]


@pytest.fixture
def court(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Open a court: ``async with court("a reply", "another") as sitting``."""

    @asynccontextmanager
    async def open_court(*replies: str | FakeReply) -> AsyncIterator[Court]:
        script = list(replies)
        async with FakeProvider(lambda _: script.pop(0) if len(script) > 1 else script[0]) as fake:
            monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", fake.base_url)  # its address comes from the environment
            monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
            store = ReplyStore(tmp_path / "replies.db")
            try:
                async with ModelClient(policy=NO_RETRY) as client:
                    models = StoredModels(client, store, clock=SystemClock(), judge=Judge(model="azure-openai/judge"))
                    bench = Bench(WorkingTree(tmp_path), "", models)
                    yield Court(lambda grader, **settings: make_grader(spec(grader, **settings), bench), fake)
            finally:
                store.close()

    return open_court


@pytest.fixture
def acted() -> Callable[..., Outcome]:
    """The outcome of a reply that calls tools: each a pair of a name and arguments, as a mapping or as text."""

    def make(
        *calls: tuple[str, object],
        text: str = "",
        tools: tuple[Tool, ...] = (),
        metadata: dict[str, object] | None = None,
        asked: str = "hello",
    ) -> Outcome:
        told = tuple(
            ToolCall(id=f"c{i}", name=name, arguments=given if isinstance(given, str) else json.dumps(given))
            for i, (name, given) in enumerate(calls)
        )
        reply = Reply(text=text, model="fake-1", tool_calls=told, metadata=metadata)
        found = make_outcome(text)
        sent = (RenderedMessage("user", asked, (Segment(asked, None, "developer"),)),)
        return replace(found, replies=(reply,), tools=tools, messages=sent)

    return make


@pytest.fixture
def talked(acted) -> Callable[..., Talk]:
    """A conversation from the outcomes of its turns."""

    def make(*turns: Outcome) -> Talk:
        said = [Turn(turn.messages[-1].content, turn.text) for turn in turns]
        return talk_of(Progressing(said=said, turns=list(turns)), "the user was done")

    return make
