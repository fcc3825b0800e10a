"""Running a metric of another tool: in a thread, with our judge as its model, and its faults as ours.

Such a metric may block, start loops of its own and print. So it runs in a thread; the model that it asks is the
suite's judge, whose replies are kept, paid for once and billed like any other; and whatever it raises is a grader
that failed, never a verdict.
"""

import asyncio
import importlib
import math
import os
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TypeVar

from assay.core.errors import BadInput, GraderFailed, Unavailable, unknown_name
from assay.evaluate.adapters.quiet import quietly
from assay.evaluate.bench import Bench
from assay.evaluate.budget import BudgetSpent
from assay.evaluate.types import Verdict
from assay.evaluate.verdict import one_line
from assay.models.types import Message, Reply, Role

T = TypeVar("T")

# None of these tools may send anything anywhere: each of them counts its uses unless it is told not to.
_SILENT = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
    "ERROR_REPORTING": "NO",
    "RAGAS_DO_NOT_TRACK": "true",
    "OTEL_SDK_DISABLED": "true",
    "TRULENS_OTEL_TRACING": "0",
}


def borrow(module: str, extra: str) -> ModuleType:
    """A module of another tool.

    Raises:
        Unavailable: It is not installed; the extra that brings it is named.
    """
    for name, value in _SILENT.items():
        os.environ.setdefault(name, value)
    try:
        return quietly(lambda: importlib.import_module(module))
    except ImportError as error:
        raise Unavailable(
            f"the grader {extra!r} needs the package {module.partition('.')[0]}: {error}",
            hint=f"install it: pip install 'assay[{extra}]'",
            code="grader.not_installed",
        ) from None


def member(module: ModuleType, name: str, kind: str) -> Callable[..., object]:
    """A class or function of that module.

    Raises:
        UnknownName: There is none of that name; the nearest is suggested.
    """
    found = getattr(module, name, None)
    if not callable(found):
        known = [one for one in dir(module) if not one.startswith("_") and callable(getattr(module, one, None))]
        raise unknown_name(kind, name, known, code="grader.metric")
    made: Callable[..., object] = found
    return made


def build(make: Callable[..., T], name: str, arguments: dict[str, object]) -> T:
    """What ``make`` gives for these arguments.

    Raises:
        BadInput: It does not take them.
    """
    try:
        return make(**arguments)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"{name} does not take these arguments: {_line(error)}",
            hint="its own documentation says what it takes; they stand under 'arguments'",
            code="grader.arguments",
        ) from None


class BorrowedJudge:
    """The suite's judge as a function that another tool calls, from whichever thread or loop it runs in.

    Args:
        bench: Reaches the model.
        model: ``PROVIDER/MODEL``, or None for the suite's judge.
    """

    def __init__(self, bench: Bench, model: str | None) -> None:
        self._bench = bench
        self._model = model
        if model is not None:  # without one, whether the judge is asked is known only later
            bench.expect_model(model)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def name(self) -> str:
        """How the judge is called, for the tool's own messages."""
        return self._model or "the suite's judge"

    def ask(self, *messages: tuple[Role, str], schema: dict[str, object] | None = None) -> str:
        """The text of one reply; to be called from the tool's thread.

        Raises:
            GraderFailed: No model is named, or it gave no reply.
        """
        return self.reply([Message(role=role, content=content) for role, content in messages], schema=schema).text

    def reply(self, messages: Sequence[Message], *, schema: dict[str, object] | None = None) -> Reply:
        """The same, whole."""
        assert self._loop is not None
        asked = self._bench.ask(messages, model=self._model, schema=schema)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()

    async def run(self, metric: str, call: Callable[[], T]) -> T:
        """What the call returns, made in a thread of its own.

        Raises:
            GraderFailed: It raised something, or the judge did.
            BudgetSpent: The judge could not be asked any more.
        """
        self._loop = asyncio.get_running_loop()
        try:
            return await asyncio.to_thread(quietly, call)
        except Exception as error:  # noqa: BLE001 - the edge: what another tool raises is reported, whatever it is
            raise _failed(metric, error) from None


def _failed(metric: str, error: BaseException) -> Exception:
    """What our judge raised on its way through the tool; or else the tool's own fault."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, GraderFailed | BudgetSpent):
            return inner
        inner = inner.__cause__ or inner.__context__
    return GraderFailed(
        f"{metric} raised {type(error).__name__}: {_line(error)}",
        hint="it is the other tool's own error; a judge that cannot keep its format is a common cause",
        code="grader.borrowed",
    )


def scored(metric: str, score: object, *, threshold: float, reason: str) -> Verdict:
    """A verdict from a score; what is no number from 0 to 1 is an error.

    Raises:
        GraderFailed: It is none.
    """
    if isinstance(score, bool):
        score = float(score)
    if not isinstance(score, (int, float)) or math.isnan(score) or not 0 <= score <= 1:
        raise GraderFailed(
            f"{metric} gave the score {score!r}, which is no number from 0 to 1",
            hint="use another metric, or one of your own that scales it",
            code="grader.score",
        )
    return Verdict(float(score), score >= threshold, one_line(reason) or f"{metric} is {score:.2f}")


def _line(error: BaseException) -> str:
    return one_line(str(error), 300) or "it says nothing more"
