"""One JavaScript engine for a configuration: its code is run here, in this thread, until it ends or hits a limit.

The code sees the project's files, read only, and nothing else of the machine. An engine keeps what modules and
functions keep, until a call hits a limit: the next call begins with a fresh one. ``scripts.py`` has the calls that
do not hold up the event loop.
"""

import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn, Protocol, cast

import _quickjs  # the package around it starts a thread when it is imported
import msgspec

from assay.author.source import WorkingTree
from assay.core.location import Location
from assay.evaluate.script.assets import MATHJS, NUNJUCKS, library
from assay.evaluate.script.esmodule import dynamic
from assay.evaluate.script.files import FIRST_LINE, ScriptFiles
from assay.evaluate.script.types import UNDEFINED, ScriptFailed, ScriptStopped, Setting
from assay.evaluate.verdict import quote


class _Context(Protocol):
    """An engine as the extension module has it."""

    def eval(self, code: str) -> Callable[..., object]: ...
    def execute_pending_job(self) -> bool: ...
    def set_time_limit(self, seconds: float) -> None: ...
    def set_memory_limit(self, size: int) -> None: ...
    def set_max_stack_size(self, size: int) -> None: ...


MAX_FUNCTIONS = 1_000
MAX_NEEDS = 1_000
"""How often one call may be begun anew for a file that it needed."""

LIBRARY_S = 10.0
"""The longest that loading Nunjucks or mathjs may take, which is no time of the code that needs them."""

MAX_MESSAGE_CHARS = 300
TEMPLATE = "the template"
QUOTED_CHARS = 40

_PRELUDE = Path(__file__).with_name("prelude.js")
_BODY_LINE = 3
"""Where the body begins in the text that the engine makes of a function's parameters and body."""

OWN_LINES = 5_000
"""Lines from here to those of files are the prelude's and the libraries'."""

_FRAME = re.compile(r"<input>:(\d+)")
_OPERATIONS = (
    *("compile", "drop", "run", "call", "method", "load", "inner", "exports", "useNunjucks", "addFilter", "render"),
    *("useMath", "calculate", "settle", "error", "takeLog", "takeNeeds", "provide"),
)


@dataclass(frozen=True, slots=True)
class Code:
    """Code that stands in a configuration.

    Args:
        body: The body of a function, with its ``return``.
        names: The names of its parameters.
        where: The configuration's line, for messages.
        what: What it is, for messages: ``the assertion``.
    """

    body: str
    names: tuple[str, ...]
    where: Location | None = None
    what: str = "the code"


class Engine:
    """Runs a configuration's code.

    Args:
        source: The project's files.
        setting: What all calls share.
    """

    def __init__(self, source: WorkingTree, setting: Setting | None = None) -> None:
        self._source = source
        self._setting = setting or Setting()
        self.time_s = self._setting.limits.time_s
        """Seconds of CPU for one call: the setting's limit, or a slice of it."""
        self._machine: _Machine | None = None
        self._log: list[str] = []

    @property
    def fresh(self) -> bool:
        """Whether nothing was run since the engine began, or began anew."""
        return self._machine is None

    def run(self, code: Code, arguments: Sequence[object]) -> object:
        """What a function of the configuration returns."""
        machine = self._ready()
        self._doing = (code.what, code.where)
        return self._do(machine, "run", self._compiled(machine, code), _json(arguments))

    def check(self, code: Code) -> None:
        """See that a function of the configuration can be compiled, without calling it."""
        machine = self._ready()
        self._doing = (code.what, code.where)
        self._compiled(machine, code)

    def call(
        self, file: str, name: str | None, arguments: Sequence[object], *, where: Location | None = None
    ) -> object:
        """What a function returns that a file exports; without a name its default export."""
        return self._in_file(file, where, "call", file, name or "", _json(arguments))

    def method(self, instance: "Instance", name: str, arguments: Sequence[object]) -> object:
        """What a method of an object returns, or its property's value; the object is made when it is first asked."""
        made = (instance.key, instance.file, instance.name or "", _json(instance.arguments))
        return self._in_file(instance.file, instance.where, "method", *made, name, _json(arguments))

    def load(self, file: str, *, where: Location | None = None) -> object:
        """What a file exports, as data; functions in it are ``{"$function": PATH}``, to be called by ``inner``."""
        return self._in_file(file, where, "load", file)

    def inner(
        self, file: str, steps: Sequence[object], arguments: Sequence[object], *, where: Location | None = None
    ) -> object:
        """What a function returns that stands inside of what a file exports."""
        return self._in_file(file, where, "inner", file, _json(steps), _json(arguments))

    def exports(self, file: str, *, where: Location | None = None) -> object:
        """``{"kind": "class" | "function" | …, "names": […]}`` of a file's main export and the names of all."""
        return self._in_file(file, where, "exports", file)

    def render(self, template: str, variables: Mapping[str, object], *, where: Location | None = None) -> str:
        """A Nunjucks template's text."""
        machine = self._ready()
        self._doing = (TEMPLATE if where is not None else f"{TEMPLATE} {quote(template, QUOTED_CHARS)}", where)
        if not machine.has_nunjucks:
            self._use_nunjucks(machine)
        return str(self._do(machine, "render", template, _json(variables)))

    def calculate(self, expression: str, scope: Mapping[str, object], *, where: Location | None = None) -> object:
        """The value of a mathjs expression."""
        machine = self._ready()
        self._doing = (f"the expression {expression[:60]!r}", where)
        if not machine.has_math:
            machine.allow(LIBRARY_S)
            self._do(machine, "useMath", "\n" * OWN_LINES + library(MATHJS))
            machine.allow(self.time_s)
            machine.has_math = True
        return self._do(machine, "calculate", expression, _json(scope))

    def take_log(self) -> list[str]:
        """What the code has written to its console since this was last asked, a line each; cut when it is long."""
        if self._machine is not None:
            self._log += json.loads(str(self._machine.do("takeLog")))
        found, self._log = self._log, []
        return found

    def _in_file(self, file: str, where: Location | None, operation: str, *arguments: object) -> object:
        machine = self._ready()
        self._doing = (self.shown(file), where)
        return self._do(machine, operation, *arguments)

    def shown(self, file: str) -> str:
        """A file as messages name it."""
        root = f"{self._source.root}/"
        return self._source.name(file.removeprefix(root)) if file.startswith(root) else file

    def _ready(self) -> "_Machine":
        if self._machine is None:
            self._machine = _Machine(self._source, self._setting)
        self._machine.allow(self.time_s)
        return self._machine

    def _compiled(self, machine: "_Machine", code: Code) -> int:
        key = (code.names, code.body)
        if (known := machine.functions.get(key)) is not None:
            machine.functions.move_to_end(key)
            return known
        machine.last_id += 1
        body = dynamic(code.body) if "import" in code.body else code.body
        self._do(machine, "compile", machine.last_id, _json(code.names), body)
        machine.functions[key] = machine.last_id
        if len(machine.functions) > MAX_FUNCTIONS:
            machine.do("drop", machine.functions.popitem(last=False)[1])
        return machine.last_id

    def _use_nunjucks(self, machine: "_Machine") -> None:
        machine.allow(LIBRARY_S)
        self._do(machine, "useNunjucks", "\n" * OWN_LINES + library(NUNJUCKS))
        doing = self._doing
        for name, file in self._setting.filters.items():
            self._doing = (f"the filter {name!r} in {file}", doing[1])
            self._do(machine, "addFilter", name, file)
        machine.allow(self.time_s)
        self._doing = doing
        machine.has_nunjucks = True

    def _do(self, machine: "_Machine", operation: str, *arguments: object) -> object:
        """What an operation answers, as Python's data; it is begun anew when it needed a file.

        Raises:
            ScriptFailed: The code threw.
            ScriptStopped: It hit a limit.
        """
        for _ in range(MAX_NEEDS):
            found = machine.do(operation, *arguments)
            if found == "pending":
                found = self._settled(machine)
            if found != "needs":
                break
            machine.provide()
        else:
            self._fail(f"asked for more than {MAX_NEEDS:,} files", "script.files")
        return self._result(machine, found)

    def _result(self, machine: "_Machine", found: object) -> object:
        if isinstance(found, _Stop):
            self._raise_stopped(found)
        if not isinstance(found, str):
            return found
        if found == "thrown":
            self._raise_thrown(machine)
        return UNDEFINED if found == "undefined" else self._decoded(found)

    def _settled(self, machine: "_Machine") -> object:
        """What a promise comes to: its jobs are run until there are none, then its timers, until it is settled."""
        deadline = time.thread_time() + self.time_s
        while True:
            found: object = machine.run_jobs(deadline) or machine.do("settle")
            if found == "never":
                self._fail("returned a promise that nothing settles", "script.never")
            if found != "pending":
                return found
            if time.thread_time() > deadline:
                return _Stop("time")

    def _decoded(self, text: str) -> object:
        if text.startswith("too long"):
            chars, limit = int(text.rpartition(" ")[2]), self._setting.limits.result_chars
            self._raise_stopped(_Stop("result", f"returned {chars:,} characters of JSON, and the limit is {limit:,}"))
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:  # half a surrogate pair, which JavaScript may hold and UTF-8 may not
            plain = json.dumps(json.loads(text), ensure_ascii=False).encode("utf-16", "surrogatepass")
            return json.loads(plain.decode("utf-16", "replace"))
        except RecursionError:
            self._fail("returned a value that is nested too deeply", "script.result")

    def _raise_stopped(self, stop: "_Stop") -> NoReturn:
        what, where = self._doing
        self._machine = None if stop.limit != "result" else self._machine
        limits = self._setting.limits
        said = stop.what or {
            "time": f"took longer than {self.time_s:g} s",
            "memory": f"needed more than {limits.memory_bytes // 1_000_000:,} MB of memory",
            "result": f"returned more than {limits.result_chars:,} characters of JSON",
        }.get(stop.limit, "was stopped")
        raise ScriptStopped(
            f"{what} {said}", limit=stop.limit, hint="look for a loop or a value without an end", where=where
        )

    def _raise_thrown(self, machine: "_Machine") -> NoReturn:
        found = json.loads(str(machine.do("error")))
        name, message, stack = found["name"], found["message"], found["stack"]
        if _out_of_memory(name, message):
            self._raise_stopped(_Stop("memory"))
        lines = [int(line) for line in _FRAME.findall(stack)]
        place, inner = self._place(machine, lines)
        shown = f"{name}: {message}" if name and name != "Error" else message
        code = found["code"] if found["code"].startswith(("script.", "source.")) else "script.thrown"
        if name == "SyntaxError" and code == "script.thrown":
            code = "script.syntax"
        raise ScriptFailed(
            f"{self._doing[0]} {'cannot be read' if code == 'script.syntax' else 'failed'}{inner}: {_short(shown)}",
            code=code,
            hint=None if code == "script.thrown" else "mend the code, and run the same command again",
            where=place,
            message=message,
            stack=stack,
        )

    def _place(self, machine: "_Machine", lines: list[int]) -> tuple[Location | None, str]:
        """Where an error came from: the innermost line in a file, or the line of the configuration's code."""
        where = self._doing[1]
        for line in lines:
            if line >= FIRST_LINE and (found := machine.files.place(line)) is not None:
                return found, ""
        own = [] if self._doing[0].startswith(TEMPLATE) else [line for line in lines if _BODY_LINE <= line < OWN_LINES]
        inner = own[0] - _BODY_LINE + 1 if own else 0
        return where, f" on its line {inner}" if inner > 1 else ""

    def _fail(self, what: str, code: str) -> NoReturn:
        raise ScriptFailed(f"{self._doing[0]} {what}", code=code, where=self._doing[1])


@dataclass(frozen=True, slots=True)
class Instance:
    """An object made from a class that a file exports.

    Args:
        key: A name of its own in this configuration.
        file: The file.
        name: The class's name, or None for the default export.
        arguments: What it is made with.
        where: The configuration's line, for messages.
    """

    key: str
    file: str
    name: str | None
    arguments: tuple[object, ...] = ()
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class _Stop:
    """An operation that ended at a limit."""

    limit: str
    what: str = ""


class _Machine:
    """A QuickJS context with the prelude in it."""

    def __init__(self, source: WorkingTree, setting: Setting) -> None:
        limits = setting.limits
        self._broken: type[Exception] = _quickjs.JSException
        self._context: _Context = _quickjs.Context()
        self._context.set_max_stack_size(limits.stack_bytes)
        self._context.set_memory_limit(limits.memory_bytes)
        self.files = ScriptFiles(source, setting.folder)
        given = {"env": setting.env, "root": str(source.root), "folder": setting.folder}
        bridge = self._context.eval(_prelude())(_json({**given, "resultChars": limits.result_chars}))
        pick = self._context.eval("(bridge, name) => bridge[name]")
        self._operations = {name: cast("Callable[..., object]", pick(bridge, name)) for name in _OPERATIONS}
        self.functions: OrderedDict[tuple[tuple[str, ...], str], int] = OrderedDict()
        self.last_id = 0
        self.has_nunjucks = False
        self.has_math = False
        self._most_chars = limits.memory_bytes // 8
        self._allowed: float | None = None

    def allow(self, time_s: float) -> None:
        """Give each operation from now on that many seconds of CPU."""
        if time_s != self._allowed:
            self._context.set_time_limit(time_s)
            self._allowed = time_s

    def do(self, operation: str, *arguments: object) -> object:
        """What an operation of the prelude answers, or where it was stopped."""
        if any(type(a) is str and len(a) > self._most_chars for a in arguments):
            return _Stop("memory", "was given more data than fits in the memory that it may use")
        try:
            return self._operations[operation](*arguments)
        except self._broken as error:
            return _stop_of(str(error))

    def provide(self) -> None:
        """Answer what the last operation needed."""
        asked: list[list[str]] = json.loads(str(self.do("takeNeeds")))
        self.do("provide", _json([pair for question in asked for pair in self.files.answers(question)]))

    def run_jobs(self, deadline: float) -> _Stop | None:
        """Run what waits, until nothing waits or time is up."""
        count = 0
        try:
            while self._context.execute_pending_job():
                count += 1
                if count % 64 == 0 and time.thread_time() > deadline:
                    return _Stop("time")
        except self._broken as error:
            return _stop_of(str(error))
        return None


def _out_of_memory(name: str, message: str) -> bool:
    """Whether an error says so; the engine throws null when there is no room for an error."""
    if name == "InternalError":
        return message in {"out of memory", "string too long"}
    return (name == "" and message == "null") or "InternalError: out of memory" in message


def _stop_of(error: str) -> _Stop:
    if "interrupted" in error:
        return _Stop("time")
    if "out of memory" in error or "string too long" in error or "Failed obtaining" in error:
        return _Stop("memory")
    return _Stop("engine", f"was stopped: {_short(error)}")


@cache
def _prelude() -> str:
    return "\n" * OWN_LINES + _PRELUDE.read_text(encoding="utf-8")


def _json(value: object) -> str:
    """The value as JSON text; what has no JSON form becomes text."""
    try:
        return msgspec.json.encode(value, enc_hook=str).decode()
    except UnicodeEncodeError:  # half a surrogate pair
        return json.dumps(value, default=str, allow_nan=False)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_MESSAGE_CHARS else line[: MAX_MESSAGE_CHARS - 1] + "…"
