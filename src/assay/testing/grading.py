"""A grader on one reply, as a suite would have it: for tests of one's own graders and of the settings of others."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from assay.author.project import find_project
from assay.author.types import MISSING, Contract, RenderedMessage, Segment
from assay.core.location import Location
from assay.engine.contract import Checker
from assay.engine.types import Outcome
from assay.evaluate.grader import bench_of, make_grader
from assay.evaluate.types import Case, GraderSpec, Verdict
from assay.models.types import Finish, Reply, ToolCall, Usage

T = TypeVar("T")

_WHERE = Location("test")
_USAGE = Usage(input=12, output=3)


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
    **settings: object,
) -> Verdict:
    """The verdict of a grader, made as a suite makes it: ``run_grader("contains", reply="…", value="refund")``.

    Args:
        grader: Its name, as in a suite.
        reply: The reply's text, or all that became of a call (``make_outcome``).
        case: The case (``make_case``).
        expected: What the case expects, where no ``case`` is given.
        folder: What paths in the settings are relative to, inside the project; the current folder when None.
        settings: As in a suite's entry.

    Raises:
        BadInput: There is no such grader, or it does not take a setting.
        GraderFailed: It could not give a verdict.
    """
    given = case or make_case(expected)
    outcome = make_outcome(reply) if isinstance(reply, str) else reply
    spec = GraderSpec(grader=grader, name=grader, settings=settings, where=_WHERE)
    return _anywhere(_graded(spec, given, outcome, folder or Path.cwd()))


async def _graded(spec: GraderSpec, case: Case, outcome: Outcome, folder: Path) -> Verdict:
    project = find_project(folder)
    bench = bench_of(project.source, f"{project.relative(folder) or '.'}/suite.yaml".removeprefix("./"))
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
