"""A configuration's scripts as the event loop calls them: at once where that is quick, else in a process apart.

Most calls need microseconds, and run where they are called. One that needs more than its slice is given up and begun
anew in another process, with its whole limit, while the loop goes on. Nothing is lost by that: code has no access to
the machine, so a call that was given up has changed nothing but what its modules keep.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from assay.author.source import WorkingTree
from assay.core.errors import GraderFailed
from assay.core.location import Location
from assay.evaluate.script.engine import Code, Engine, Instance
from assay.evaluate.script.types import UNDEFINED, ScriptFailed, ScriptStopped, Setting
from assay.evaluate.worker import MAX_CHARS, Surroundings, WorkerPool

DIRECT_AFTER = 2
"""So many calls of the same code that needed more than a slice, and the next are made apart at once."""

MAX_LOG_LINES = 200

_CHILD = Path(__file__).with_name("child.py")


class Scripts:
    """All scripts of one configuration.

    Args:
        source: The project's files.
        setting: What all calls share.
    """

    def __init__(self, source: WorkingTree, setting: Setting | None = None) -> None:
        self.setting = setting or Setting()
        self._source = source
        self._engine = Engine(source, self.setting)
        self._pool: WorkerPool | None = None
        self._slow: Counter[object] = Counter()
        self._log: list[str] = []

    @property
    def engine(self) -> Engine:
        """The engine itself, for what is done before a run: its calls hold up the event loop, up to the whole limit."""
        self._engine.time_s = self.setting.limits.time_s
        return self._engine

    async def run(self, code: Code, arguments: Sequence[object], *, time_s: float | None = None) -> object:
        """What a function of the configuration returns; see ``Engine.run``."""
        return await self._do(code.body, code.where, "run", code, arguments, time_s=time_s)

    async def call(
        self,
        file: str,
        name: str | None,
        arguments: Sequence[object],
        *,
        where: Location | None = None,
        time_s: float | None = None,
    ) -> object:
        """What a function returns that a file exports; see ``Engine.call``."""
        return await self._do((file, name), where, "call", file, name, arguments, time_s=time_s)

    async def method(self, instance: Instance, name: str, arguments: Sequence[object]) -> object:
        """What a method of an object returns; see ``Engine.method``."""
        return await self._do(instance.key, instance.where, "method", instance, name, arguments)

    async def load(self, file: str, *, where: Location | None = None) -> object:
        """What a file exports, as data; see ``Engine.load``."""
        return await self._do((file, "load"), where, "load", file)

    async def inner(
        self, file: str, steps: Sequence[object], arguments: Sequence[object], *, where: Location | None = None
    ) -> object:
        """What a function returns that stands inside of what a file exports; see ``Engine.inner``."""
        return await self._do((file, *steps), where, "inner", file, steps, arguments)

    async def render(self, template: str, variables: Mapping[str, object], *, where: Location | None = None) -> str:
        """A Nunjucks template's text."""
        return str(await self._do(template, where, "render", template, variables))

    async def calculate(self, expression: str, scope: Mapping[str, object], *, where: Location | None = None) -> object:
        """The value of a mathjs expression."""
        return await self._do(expression, where, "calculate", expression, scope)

    def take_log(self) -> list[str]:
        """What code has written to its console since this was last asked, a line each."""
        found, self._log = self._log + self._engine.take_log(), []
        return found

    async def close(self) -> None:
        """End the process apart, if there is one."""
        if self._pool is not None:
            await self._pool.close()

    async def _do(
        self, key: object, where: Location | None, operation: str, *arguments: object, time_s: float | None = None
    ) -> object:
        """An operation of the engine, within its own limit or the setting's."""
        limit_s = self.setting.limits.time_s if time_s is None else time_s
        kept = isinstance(arguments[0], Instance)
        if self._slow[key] < (1 if kept else DIRECT_AFTER):
            self._engine.time_s = min(self.setting.limits.slice_s, limit_s)
            fresh = self._engine.fresh
            given = {} if operation in {"run", "method"} else {"where": where}
            try:
                return getattr(self._engine, operation)(*arguments, **given)
            except ScriptStopped as stopped:
                if stopped.limit == "time":
                    self._slow[key] += 1
                elif stopped.limit != "memory" or fresh:
                    raise  # in an engine that is not fresh, the memory may be what earlier calls have left
        return await self._apart(where, operation, arguments, limit_s)

    async def _apart(
        self, where: Location | None, operation: str, arguments: Sequence[object], limit_s: float
    ) -> object:
        """The same in a process of its own."""
        if self._pool is None:
            here = Path.cwd()  # messages name files as seen from here
            given = Surroundings(workers=1, memory_bytes=0, beside=False, folder=here)
            self._pool = WorkerPool(_CHILD, self._source, given)
        job: dict[str, object] = {
            "setting": self.setting,
            "where": where,
            "operation": operation,
            "arguments": arguments,
        }
        job["time_s"] = limit_s
        try:
            answer = await self._pool.call(
                "answer",
                str(self._source.root),
                job,
                timeout_s=limit_s * 4 + 5,
                answer_chars=MAX_CHARS,
                what=self._named(operation, arguments[0]),
            )
        except GraderFailed as error:
            limit = "time" if error.code == "grader.timeout" else "engine"
            raise ScriptStopped(error.what, limit=limit, where=where) from None
        found = msgspec.convert(answer, Answer)
        self._log = (self._log + found.log)[-MAX_LOG_LINES:]
        return _value(found)

    def _named(self, operation: str, what: object) -> str:
        """What an operation runs, as messages name it."""
        if isinstance(what, Code):
            return what.what
        if isinstance(what, Instance):
            return self._engine.shown(what.file)
        named = {"render": "the template", "calculate": f"the expression {str(what)[:60]!r}"}
        return named.get(operation) or self._engine.shown(str(what))


class Answer(msgspec.Struct, frozen=True):
    """What the process apart says: a value, or how it failed."""

    kind: str
    value: object = None
    log: list[str] = []
    what: str = ""
    code: str = ""
    limit: str = ""
    hint: str | None = None
    where: Location | None = None
    message: str = ""
    stack: str = ""


def _value(answer: Answer) -> object:
    match answer.kind:
        case "failed":
            raise ScriptFailed(
                answer.what,
                code=answer.code,
                hint=answer.hint,
                where=answer.where,
                message=answer.message,
                stack=answer.stack,
            )
        case "stopped":
            raise ScriptStopped(answer.what, limit=answer.limit, hint=answer.hint, where=answer.where)
        case "undefined":
            return UNDEFINED
        case "number":
            return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[str(answer.value)]
        case _:
            return answer.value
