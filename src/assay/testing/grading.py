"""A grader on one reply, as a suite would have it: for tests of one's own graders and of the settings of others."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from assay.author.project import find_project
from assay.author.types import MISSING, Contract, RenderedMessage, Segment
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.engine.contract import Checker
from assay.engine.types import Outcome
from assay.evaluate.asking import Models
from assay.evaluate.grader import bench_of, make_grader
from assay.evaluate.types import Case, GraderSpec, Verdict
from assay.models.target import Target
from assay.models.types import Finish, Message, Parameters, Reply, ToolCall, Usage

T = TypeVar("T")

_WHERE = Location("test")
_USAGE = Usage(input=12, output=3)


class FakeModels:
    """Models that answer graders as they are told, without a call.

    Args:
        reply: What a model answers: a text, or a function of the messages that returns one.
        embed: A function from a text to its vector, for graders that compare meanings.
    """

    def __init__(
        self,
        reply: str | Callable[[Sequence[Message]], str] = "",
        *,
        embed: Callable[[str], Sequence[float]] | None = None,
    ) -> None:
        self._reply = reply
        self._embed = embed
        self.asked: list[tuple[Message, ...]] = []

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        model: str | Target | None = None,
        parameters: Parameters | None = None,  # noqa: ARG002 - the interface that graders use
        schema: dict[str, object] | None = None,  # noqa: ARG002 - as above
        repeat: int = 0,  # noqa: ARG002 - as above
    ) -> Reply:
        """The reply; the messages are kept in ``asked``."""
        self.asked.append(tuple(messages))
        return Reply(text=self._reply(messages) if callable(self._reply) else self._reply, model=str(model or "fake"))

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> list[list[float]]:  # noqa: ARG002 - as above
        """A vector for each text."""
        if self._embed is None:
            raise BadInput("these models make no vectors", hint="give them embed=…", code="testing.embed")
        return [list(self._embed(text)) for text in texts]

    async def embed_at(self, target: Target, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text, whatever the target."""
        return await self.embed(texts, model=str(target))


def make_case(
    expected: object = MISSING,
    *,
    inputs: Mapping[str, object] | None = None,
    id: str = "case",  # noqa: A002 - the name that datasets use
    tags: Mapping[str, str] | None = None,
    cluster: str | None = None,
) -> Case:
    """A case as a dataset would hold it."""
    return Case(
        id=id, inputs=dict(inputs or {}), expected=expected, cluster=cluster, tags=dict(tags or {}), where=_WHERE
    )


def make_outcome(
    text: str = "",
    *,
    contract: Contract | None = None,
    refusal: str | None = None,
    tool_calls: tuple[ToolCall, ...] = (),
    finish: Finish = "stop",
    latency_ms: float = 40.0,
    usage: Usage = _USAGE,
    asked: str = "hello",
) -> Outcome:
    """What the engine makes of a reply with that text.

    Args:
        text: The reply.
        contract: What the reply is held to.
        refusal: The provider's own words of refusal.
        tool_calls: The tools that the reply calls.
        finish: Why it ended.
        latency_ms: How long it took.
        usage: The tokens that it took.
        asked: The text of the user's message.
    """
    reply = Reply(
        text=text,
        refusal=refusal,
        tool_calls=tool_calls,
        model="fake",
        finish=finish,
        usage=usage,
        latency_ms=latency_ms,
    )
    checked = Checker(contract).check(reply, {})
    return Outcome(
        digest="sha256:0",
        messages=(RenderedMessage("user", asked, (Segment(asked, None, "developer"),)),),
        replies=(reply,),
        checked=checked,
        first=checked,
        fallback=False,
        cost_usd=None,
    )


def run_grader(
    grader: str,
    reply: str | Outcome = "",
    *,
    case: Case | None = None,
    expected: object = MISSING,
    folder: Path | None = None,
    models: Models | None = None,
    **settings: object,
) -> Verdict:
    """The verdict of a grader, made as a suite makes it: ``run_grader("contains", reply="…", value="refund")``.

    Args:
        grader: Its name, as in a suite.
        reply: The reply's text, or all that became of a call (``make_outcome``).
        case: The case (``make_case``).
        expected: What the case expects, where no ``case`` is given.
        folder: What paths in the settings are relative to, inside the project; the current folder when None.
        models: What the grader asks models through (``FakeModels``).
        settings: As in a suite's entry.

    Raises:
        BadInput: There is no such grader, or it does not take a setting.
        GraderFailed: It could not give a verdict.
    """
    given = case or make_case(expected)
    outcome = make_outcome(reply) if isinstance(reply, str) else reply
    spec = GraderSpec(grader=grader, name=grader, settings=settings, where=_WHERE)
    return _anywhere(_graded(spec, given, outcome, folder or Path.cwd(), models))


async def _graded(spec: GraderSpec, case: Case, outcome: Outcome, folder: Path, models: Models | None) -> Verdict:
    project = find_project(folder)
    bench = bench_of(project.source, f"{project.relative(folder) or '.'}/suite.yaml".removeprefix("./"), models)
    try:
        return await make_grader(spec, bench)(case, outcome)
    finally:
        await bench.close()


def _anywhere(work: Coroutine[object, object, T]) -> T:
    """What the coroutine returns; where a loop runs already, another thread has one for it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
