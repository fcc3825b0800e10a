"""What a worker of a cluster does: open the job once, then run the shards it is given, one after the other.

Knows nothing of Ray (``on_ray.py``). A shard's replies are written before its rows, so rows that are there have
been paid for. Replies that a worker got before it was killed are in a store of its own, which the process that
takes its place finds again where the shared folder is a path.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from socket import gethostname
from tempfile import mkdtemp
from typing import Any

import msgspec

from assay.core.clock import SystemClock
from assay.core.errors import AssayError, BadInput
from assay.engine.engine import Engine
from assay.evaluate.cluster.shard import Shard
from assay.evaluate.cluster.shared_folder import SharedFolder
from assay.evaluate.replies import ReplyStore, StoredReplies
from assay.evaluate.run_folder import encode_row
from assay.evaluate.runner import Indexed, Progress, Runner, Sampler
from assay.evaluate.sampler import Facilities
from assay.evaluate.service import Job
from assay.evaluate.types import SampleRow

Opener = Callable[[], AbstractAsyncContextManager[tuple[Job[Any], Engine]]]
"""Opens the job on a worker; it must travel there, so it holds plain data alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How shards are run.

    Attributes:
        shared: The address of the shared folder.
        known: A store whose replies may be reused, where the worker can read it; None for none.
        concurrency: Samples under way at once in one worker.
        timeout_s: Longest time of one attempt of a call.
        nonce: Set for a run that pays anew.
        identity: The job's; a worker whose project makes another job of the suite runs none of it.
    """

    shared: str
    known: Path | None
    concurrency: int
    timeout_s: float
    nonce: str = ""
    identity: str = ""


class ShardStore(ReplyStore):
    """A worker's own store, with what the project already has behind it; notes which replies its shard needed.

    Args:
        file: The worker's own file.
        known: The project's store, which is only read.
    """

    def __init__(self, file: Path, known: Path | None) -> None:
        super().__init__(file)
        self._known = ReplyStore(known) if known is not None and known.exists() else None
        self._needed: dict[bytes, None] = {}

    def find(self, address: bytes) -> StoredReplies | None:
        """The replies with that address, of this worker or of the project."""
        found = super().find(address)
        if found is not None:
            self._needed[address] = None
            return found
        return self._known.find(address) if self._known is not None else None

    def keep(self, address: bytes, *kept: Any, **more: Any) -> StoredReplies:
        """Keep what was paid for."""
        self._needed[address] = None
        return super().keep(address, *kept, **more)

    def take_needed(self) -> list[tuple[bytes, StoredReplies]]:
        """What this worker has paid for that its shard needed; begins anew for the next shard."""
        needed, self._needed = self._needed, {}
        return [(address, found) for address in needed if (found := super(ShardStore, self).find(address)) is not None]

    def close(self) -> None:
        """Close both files."""
        super().close()
        if self._known is not None:
            self._known.close()


class ShardWorker:
    """Runs shards; one at a time, in the order of their numbers.

    Args:
        name: Which of the workers it is; whoever replaces it has the same.
        opener: Opens the job.
        options: How.
    """

    def __init__(self, name: str, opener: Opener, options: WorkerOptions) -> None:
        self._name = name
        self._opener = opener
        self._options = options
        self._shared = SharedFolder(options.shared)
        self._stack = AsyncExitStack()
        self._opened: _Opened | None = None

    async def run(self, shard: Shard) -> dict[str, object] | None:
        """Run a shard whose rows are not there yet.

        Returns:
            None when its files are in place, or the error that ended it, as data: an exception of ours does
            not travel between processes.
        """
        try:
            await self._run(shard)
        except AssayError as error:
            return error.as_dict() | {"kind": type(error).__name__}
        return None

    async def close(self) -> None:
        """End what the job has started."""
        await self._stack.aclose()

    async def _run(self, shard: Shard) -> None:
        opened = self._opened = self._opened or await self._open()
        rows: list[SampleRow] = []
        runner = Runner(
            opened.sampler,
            progress=Progress(),
            concurrency=self._options.concurrency,
            sync=opened.store.sync,
            watch=lambda _: None,
        )
        await runner.run(opened.samples(shard), rows.append, first=shard.start)
        self._shared.write(shard.replies_file, msgspec.msgpack.encode(opened.store.take_needed()))
        self._shared.write(shard.rows_file, b"".join(encode_row(row) + b"\n" for row in rows))

    async def _open(self) -> "_Opened":
        options = self._options
        job, engine = await self._stack.enter_async_context(self._opener())
        if job.identity != options.identity:
            raise BadInput(
                f"suite {job.name!r} is not the same on {gethostname()} as where the command was given",
                hint="bring the same files there, or send them along with --upload",
                code="cluster.differs",
            )
        home = self._shared.path or Path(mkdtemp(prefix="assay-worker-"))
        store = ShardStore(home / f"worker-{self._name}.db", options.known)
        self._stack.callback(store.close)
        given = Facilities(
            engine=engine,
            store=store,
            clock=SystemClock(),
            progress=Progress(),
            timeout_s=options.timeout_s,
            nonce=options.nonce,
        )
        return _Opened(job, store, await self._stack.enter_async_context(job.open_sampler(given)))


class _Opened:
    """A job that is open, and how far its plan has been walked through."""

    def __init__(self, job: Job[Any], store: ShardStore, sampler: Sampler[Any]) -> None:
        self.store = store
        self.sampler = sampler
        self._job = job
        self._plan: Iterator[Indexed] = iter(())
        self._at = -1

    def samples(self, shard: Shard) -> Iterator[Indexed]:
        """The shard's samples; one that lies behind begins the plan anew."""
        if not 0 <= self._at <= shard.start:
            self._plan, self._at = self._job.samples(), 0
        wanted = islice(self._plan, shard.start - self._at, shard.stop - self._at)
        self._at = shard.stop
        return wanted
