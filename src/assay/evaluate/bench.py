"""What graders are made with: the project's files as a suite sees them, and worker processes to run code in."""

import asyncio
from pathlib import Path

from assay.author.source import WorkingTree, inside
from assay.evaluate.worker import WorkerPool


class Bench:
    """The files around a suite, and one pool of worker processes for each file of code.

    Args:
        source: The project's files.
        folder: The suite's folder, relative to the project's; paths given here are relative to it.
    """

    def __init__(self, source: WorkingTree, folder: str = "") -> None:
        self.source = source
        self._folder = folder
        self._pools: dict[Path, WorkerPool] = {}

    def read(self, path: str) -> str:
        """The text of a file.

        Raises:
            BadInput: It lies outside the project, or cannot be read.
        """
        return self.source.read(self._inside(path))

    def locate(self, path: str) -> Path:
        """Where a file lies.

        Raises:
            BadInput: It lies outside the project.
        """
        return self.source.locate(self._inside(path))

    def name(self, path: str) -> str:
        """The file as messages name it."""
        return self.source.name(self._inside(path))

    def workers(self, file: Path) -> WorkerPool:
        """The processes that run that file's functions; none is started before the first call."""
        if file not in self._pools:
            self._pools[file] = WorkerPool(file, self.source)
        return self._pools[file]

    async def close(self) -> None:
        """End every process."""
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))

    def _inside(self, path: str) -> str:
        return inside(f"{self._folder}/{path}" if self._folder else path)
