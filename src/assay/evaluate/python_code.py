"""A configuration's Python, run in worker processes that stay: functions of files, code in the configuration, programs.

Each file has a few processes of its own, so that two files may use the same names; all code that stands in the
configuration itself shares a few more. None is started before its first call.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assay.author.source import WorkingTree, inside
from assay.evaluate.worker import MAX_CHARS, Surroundings, WorkerPool

TIMEOUT_S = 60.0

_BODY = Path(__file__).with_name("worker_body.py")


class PythonCode:
    """All Python of one configuration.

    Args:
        source: The project's files.
        folder: The configuration's folder, relative to the project's; files are relative to it.
        environment: What the processes see beside PATH, HOME, LANG and PYTHONPATH.
        workers: How many processes each file may have.
    """

    def __init__(
        self,
        source: WorkingTree,
        *,
        folder: str = "",
        environment: Mapping[str, str] | None = None,
        workers: int = 2,
    ) -> None:
        self._source = source
        self._folder = folder
        self._surroundings = Surroundings(
            workers=workers, environment=environment or {}, folder=source.root / folder if folder else None
        )
        self._body_surroundings = replace(self._surroundings, beside=False)
        self._pools: dict[Path, WorkerPool] = {}

    async def call_file(
        self, file: str, function: str, arguments: Sequence[object], *, timeout_s: float = TIMEOUT_S
    ) -> object:
        """What a function of a file returns, as JSON values; an async one is awaited.

        Raises:
            BadInput: The file lies outside the project.
            GraderFailed: It cannot be loaded, has no such function, raised, took too long, or took its process down.
        """
        return await self._pool(self._locate(file)).call(
            function, *arguments, timeout_s=timeout_s, answer_chars=MAX_CHARS
        )

    async def run_body(
        self, body: str, arguments: Mapping[str, object], *, timeout_s: float = TIMEOUT_S, what: str = "the code"
    ) -> object:
        """What code returns that stands in the configuration: one line is an expression, several a function's body.

        Raises:
            GraderFailed: As above.
        """
        names, values = list(arguments), list(arguments.values())
        return await self._own().call(
            "run", body, names, values, timeout_s=timeout_s, answer_chars=MAX_CHARS, what=what
        )

    async def run_program(self, file: str, arguments: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> str:
        """What a file prints that is run as a program.

        Raises:
            BadInput: The file lies outside the project.
            GraderFailed: As above.
        """
        path = str(self._locate(file))
        printed = await self._own().call(
            "script", path, list(arguments), timeout_s=timeout_s, answer_chars=MAX_CHARS, what=file
        )
        return str(printed)

    async def close(self) -> None:
        """End every process."""
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))

    def _locate(self, file: str) -> Path:
        path = Path(file)
        if path.is_absolute():
            within = path.is_relative_to(self._source.root)
            return self._source.locate(path.relative_to(self._source.root).as_posix() if within else file)
        return self._source.locate(inside(f"{self._folder}/{file}" if self._folder else file))

    def _own(self) -> WorkerPool:
        """The processes for code that is in no file of the project."""
        return self._pool(_BODY, self._body_surroundings)

    def _pool(self, file: Path, surroundings: Surroundings | None = None) -> WorkerPool:
        if file not in self._pools:
            self._pools[file] = WorkerPool(file, self._source, surroundings or self._surroundings)
        return self._pools[file]
