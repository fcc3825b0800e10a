"""Running a project's own functions in processes beside this one, which are killed when they take too long.

A pool has a few processes for one Python file. Each loads the file once and then answers calls, one line
of JSON each way. It sees no secrets: its environment is PATH, HOME, LANG, PYTHONPATH and what it is given. It is
no sandbox: the code can read and write what the user can. What runs in the process is ``worker_child.py``.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import msgspec

from assay.author.source import WorkingTree
from assay.core.errors import GraderFailed
from assay.core.location import Location

WORKERS = 2
MEMORY_BYTES = 2_000_000_000
"""The most memory of a process, where nothing else is said; 0 is no limit."""

START_LIMIT_S = 30.0
"""The longest that loading the file may take."""

GRACE_S = 5.0
"""How long after its time limit a process ends by itself, should this one not be there to end it."""

MAX_ANSWER_CHARS = 100_000
"""The longest verdict, as JSON."""

MAX_CHARS = 20_000_000
"""The longest answer of any kind."""

MAX_ANSWER_BYTES = 4 * MAX_CHARS

_NOISE = "wrote into the channel that its answers take"
_CHILD = Path(__file__).with_name("worker_child.py")
_KEPT = ("PATH", "HOME", "LANG", "PYTHONPATH")


class _Answer(msgspec.Struct, frozen=True):
    """A line from the process: one of ``kind`` loaded, returned, raised, unusable."""

    kind: str
    value: object = None
    what: str = ""
    file: str | None = None
    line: int | None = None


class _Broken(Exception):
    """The process can no longer be used."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What processes are started with.

    Args:
        workers: How many there may be for one file.
        memory_bytes: The most memory of each; 0 is no limit.
        environment: What they see beside PATH, HOME, LANG and PYTHONPATH.
        beside: Whether the file's code can import what lies beside the file.
        folder: Where they run; by default the project's folder.
    """

    workers: int = WORKERS
    memory_bytes: int = MEMORY_BYTES
    environment: Mapping[str, str] = field(default_factory=dict)
    beside: bool = True
    folder: Path | None = None


class WorkerPool:
    """Processes that run the functions of one file.

    Args:
        file: The Python file.
        source: The project's files; the processes run in its folder.
        surroundings: What the processes are started with.
    """

    def __init__(self, file: Path, source: WorkingTree, surroundings: Surroundings | None = None) -> None:
        self._file = file
        self._source = source
        self._given = surroundings or Surroundings()
        self._turn = asyncio.Semaphore(self._given.workers)
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()
        self._unloadable: _Answer | None = None

    async def call(
        self,
        function: str,
        *arguments: object,
        timeout_s: float,
        answer_chars: int = MAX_ANSWER_CHARS,
        what: str | None = None,
    ) -> object:
        """What the function returns, as JSON values.

        Waiting for a process to be free does not count towards the time limit.

        Args:
            function: Its name.
            arguments: What it is given, as JSON.
            timeout_s: The longest that the call may take.
            answer_chars: The longest answer, as JSON.
            what: What runs, as messages name it; by default the file and the function.

        Raises:
            GraderFailed: The file cannot be loaded; or the function raised, took too long, took the
                process down, or returned what has no JSON form.
        """
        request: dict[str, object] = {"function": function, "arguments": arguments, "limit_s": timeout_s + GRACE_S}
        request["max_chars"] = min(answer_chars, MAX_CHARS)
        what = what or f"{self._file.name}: {function}"
        line = msgspec.json.encode(request, enc_hook=str) + b"\n"
        async with self._turn:
            worker = await self._worker()
            answer = await self._ask(worker, line, what, timeout_s)
            self._idle.append(worker)
        if answer.kind == "returned":
            return answer.value
        raise self._failed(f"{what} {answer.what}", "raised" if answer.kind == "raised" else "result", answer)

    async def close(self) -> None:
        """End every process, and wait until they are gone."""
        gone = [worker.gone for worker in self._alive]
        for worker in self._alive:
            worker.kill()
        self._idle.clear()
        if gone:
            await asyncio.wait(gone)

    async def _worker(self) -> "_Worker":
        while self._idle:
            if (worker := self._idle.pop()).usable:
                return worker
        if self._unloadable is None:
            worker = await self._start()
            answer = await self._ask(worker, b"", f"{self._file.name}: loading it", START_LIMIT_S)
            if answer.kind == "loaded":
                return worker
            worker.kill()
            self._unloadable = answer
        raise self._failed(
            f"{self._file.name}: it cannot be loaded: {self._unloadable.what}", "not_loaded", self._unloadable
        )

    async def _start(self) -> "_Worker":
        given = self._given
        beside = str(self._file.parent) if given.beside else ""
        limits = (str(START_LIMIT_S + GRACE_S), str(given.memory_bytes))
        command = (sys.executable, "-P", _CHILD, self._file, self._source.root, beside, *limits)
        try:
            _, worker = await asyncio.get_running_loop().subprocess_exec(
                _Worker,
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=given.folder or self._source.root,
                env={name: os.environ[name] for name in _KEPT if name in os.environ} | dict(given.environment),
                start_new_session=True,
            )
        except OSError as error:
            raise self._failed(
                f"{self._file.name}: no process can be started for it: {error.strerror}", "not_started"
            ) from None
        self._alive.add(worker)
        worker.gone.add_done_callback(lambda _: self._alive.discard(worker))
        return worker

    async def _ask(self, worker: "_Worker", line: bytes, doing: str, limit_s: float) -> _Answer:
        try:
            async with asyncio.timeout(limit_s):
                return await worker.ask(line)
        except TimeoutError:
            worker.kill()
            raise self._failed(f"{doing} took longer than {limit_s:g} s", "timeout") from None
        except _Broken as error:
            worker.kill()
            raise self._failed(f"{doing} {error}", "crashed") from None
        except asyncio.CancelledError:
            worker.kill()  # its answer would be taken for that of the next call
            raise

    def _failed(self, what: str, code: str, answer: _Answer | None = None) -> GraderFailed:
        file, line = str(self._file), None
        if answer is not None and answer.file is not None:
            file, line = answer.file, answer.line
        place = Location(self._source.name(file), line) if Path(file).is_relative_to(self._source.root) else None
        return GraderFailed(
            what,
            hint="mend the function, and run the same command again; no reply is paid for twice",
            code=f"grader.{code}",
            where=place,
        )


class _Worker(asyncio.SubprocessProtocol):
    """One process, seen from here."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._answer: asyncio.Future[_Answer] | None = None
        self._received = bytearray()
        self._broken: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it can be asked."""
        return self._broken is None and not self.gone.done() and self._transport.get_returncode() is None

    async def ask(self, line: bytes) -> _Answer:
        """The next answer, after a request; with an empty one, that to the loading of the file."""
        if line and self._received:
            self._break(_NOISE)  # what came unasked would be taken for the answer to this request
        if self._broken is not None:
            raise _Broken(self._broken)
        self._answer = asyncio.get_running_loop().create_future()
        self._take()
        if line:
            self._requests.write(line)
        try:
            return await self._answer
        finally:
            self._answer = None

    def kill(self) -> None:
        """End it at once, and whatever it has started."""
        self._broken = self._broken or "was ended"
        if not self.gone.done() and self._transport.get_returncode() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
        for number in (
            0,
            1,
        ):  # the transport's own close() would ask for the process's end, and so take it from the loop
            if (pipe := self._transport.get_pipe_transport(number)) is not None:
                pipe.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._requests = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))

    def pipe_data_received(self, fd: int, data: bytes | bytearray) -> None:  # noqa: ARG002 - asyncio's signature
        self._received += data
        self._take()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        status = self._transport.get_returncode() or 0
        self._transport.close()
        self._break(f"killed its process (signal {-status})" if status < 0 else f"ended its process (status {status})")
        if not self.gone.done():
            self.gone.set_result(None)

    def _take(self) -> None:
        """Give the next whole line to whoever waits for it."""
        end = self._received.find(b"\n")
        if end < 0:
            if len(self._received) > MAX_ANSWER_BYTES:
                self._break(_NOISE)
            return
        if self._answer is None or self._answer.done():
            return
        try:
            answer = msgspec.json.decode(bytes(self._received[:end]), type=_Answer)
        except msgspec.DecodeError:
            self._break(_NOISE)
            return
        del self._received[: end + 1]
        self._answer.set_result(answer)

    def _break(self, why: str) -> None:
        self._broken = self._broken or why
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(_Broken(self._broken))
