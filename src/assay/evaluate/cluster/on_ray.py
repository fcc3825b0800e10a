"""The executor that runs a plan on a Ray cluster: an actor a worker, shards handed out and gathered in order.

Ray restarts an actor that was killed and calls it again; a shard whose rows are in the shared folder is never run
a second time, by this command or by the next. What was made and what was reused is counted while gathering, from
the addresses, so it does not depend on which worker did what, or how often one died.
"""

import asyncio
import os
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from assay.core.errors import AssayError, BadInput, StorageFailed, Unavailable
from assay.evaluate.cluster.shard import Shard, cut
from assay.evaluate.cluster.shared_folder import SharedFolder
from assay.evaluate.cluster.worker import Opener, ShardWorker, WorkerOptions
from assay.evaluate.replies import ReplyStore, StoredReplies
from assay.evaluate.run_folder import decode_row
from assay.evaluate.service import Job, Task

SHARD_SIZE = 500
LOOK_EVERY_S = 1.0
KNOCK_S = 5.0
LOST_AFTER_S = 60.0
"""How long no machine of the cluster may offer a processor before the run is given up."""

_KINDS: dict[str, type[AssayError]] = {kind.__name__: kind for kind in (BadInput, Unavailable, StorageFailed)}
_decode_replies = msgspec.msgpack.Decoder(list[tuple[bytes, StoredReplies]]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class RayOptions:
    """How a run is spread over a cluster.

    Attributes:
        address: The cluster's, as ``ray.init`` takes it (``auto``, ``HOST:PORT``, ``ray://…``); None starts one
            on this machine.
        workers: Processes that run shards.
        shared: The address of a folder that every machine sees; None for one in the run's folder.
        shard_size: Samples in a shard.
        upload: A folder whose files every worker shall find in its own current folder; None where all see the same.
    """

    address: str | None = None
    workers: int = 2
    shared: str | None = None
    shard_size: int = SHARD_SIZE
    upload: Path | None = None


class OnRay:
    """Runs jobs on a cluster.

    Args:
        opener: Opens the job on a worker.
        store: The file of the project's replies.
        worker: How shards are run; its address of the shared folder, its nonce and identity are filled in here.
        options: How the run is spread.
    """

    def __init__(self, opener: Opener, store: Path, worker: WorkerOptions, options: RayOptions) -> None:
        self._opener = opener
        self._store = store
        self._worker = worker
        self._options = options

    async def execute(self, job: Job[Any], task: Task) -> None:
        """Run every sample of the job, emit its row, keep the progress.

        Raises:
            Unavailable: Ray is not installed, or the cluster is not there.
            BadInput, StorageFailed: What a worker met.
        """
        if task.budget is not None:
            raise BadInput(
                "a budget cannot be kept on a cluster, where no process sees what all of them spend",
                hint="run it on one machine, or take the budget out",
                code="cluster.budget",
            )
        with redirect_stdout(sys.stderr):  # Ray talks on standard output, which is for data
            ray = _ray()
            shared = SharedFolder(self._shared(task))
            await self._spread(ray, shared, job, task)
        shared.remove()

    async def _spread(self, ray: Any, shared: SharedFolder, job: Job[Any], task: Task) -> None:
        try:
            _connect(ray, self._options)
            cluster = _Cluster(ray, shared, self._actors(ray, shared, job, task))
            shards = list(cut(job.total, self._options.shard_size))
            await cluster.run(shards, lambda shard: self._gather(shard, shared, task))
        except BaseExceptionGroup as group:
            raise _first(group) from None
        finally:
            ray.shutdown()

    def _shared(self, task: Task) -> str:
        if self._options.shared is None:
            return str(task.folder.path / "shards")
        return f"{self._options.shared.rstrip('/')}/{task.folder.name}"

    def _actors(self, ray: Any, shared: SharedFolder, job: Job[Any], task: Task) -> list[Any]:
        options = replace(self._worker, shared=shared.address, nonce=task.nonce, identity=job.identity)
        actor = ray.remote(max_restarts=-1, max_task_retries=-1, max_concurrency=1, num_cpus=1)(ShardWorker)
        return [actor.remote(str(number), self._opener, options) for number in range(self._options.workers)]

    def _gather(self, shard: Shard, shared: SharedFolder, task: Task) -> None:
        """Take a finished shard into the project's store and into the run."""
        with shared.reading(shard.replies_file) as handle:
            paid = dict(_decode_replies(handle.read()))
        store = ReplyStore(self._store)
        try:
            with shared.reading(shard.rows_file) as handle:
                for line in handle:
                    row = decode_row(line)
                    address = bytes.fromhex(row.sample)
                    new = address in paid and store.adopt(address, paid.pop(address))
                    if new or row.output is None:
                        task.progress.made += 1
                    else:
                        task.progress.reused += 1
                    task.progress.add(row)
                    task.emit(row)
            for address, replies in paid.items():
                store.adopt(address, replies)
            store.sync()
        finally:
            store.close()
        task.watch(task.progress)


class _Cluster:
    """The actors at work, one shard each at a time."""

    def __init__(self, ray: Any, shared: SharedFolder, actors: list[Any]) -> None:
        self._ray = ray
        self._shared = shared
        self._actors = actors
        self._done: set[int] = set()
        self._moved = asyncio.Event()

    async def run(self, shards: list[Shard], gather: Callable[[Shard], None]) -> None:
        there = self._shared.names()
        self._done = {shard.index for shard in shards if shard.rows_file in there}
        left = deque(shard for shard in shards if shard.index not in self._done)
        async with asyncio.TaskGroup() as group:
            drivers = [group.create_task(self._drive(actor, left)) for actor in self._actors]
            watching = group.create_task(self._watch())
            for shard in shards:
                await self._finished(shard)
                await asyncio.to_thread(gather, shard)
            for driver in drivers:
                await driver
            await asyncio.gather(*(actor.close.remote() for actor in self._actors))
            watching.cancel()

    async def _drive(self, actor: Any, left: deque[Shard]) -> None:
        while left:
            shard = left.popleft()
            error = await actor.run.remote(shard)
            if error is not None:
                raise _revived(error)
            self._done.add(shard.index)
            self._moved.set()

    async def _finished(self, shard: Shard) -> None:
        while shard.index not in self._done:
            self._moved.clear()
            await self._moved.wait()

    async def _watch(self) -> None:
        """Give up when there is nothing left to run on, instead of waiting for ever."""
        lost_s = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            offered = [node["Resources"].get("CPU", 0) for node in self._ray.nodes() if node["Alive"]]
            lost_s = 0.0 if sum(offered) >= 1 else lost_s + LOOK_EVERY_S
            if lost_s >= LOST_AFTER_S:
                raise Unavailable(
                    f"no machine of the cluster has offered a processor for {LOST_AFTER_S:g} s",
                    hint="bring the cluster up and give the same command again; finished shards are kept",
                    code="cluster.lost",
                )


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere that the project does not name
    try:
        import ray  # noqa: PLC0415 - an optional part of the package, and 1 s to import
    except ImportError:
        raise Unavailable(
            "'--on ray' needs the package ray", hint="install it: pip install 'assay[ray]'", code="cluster.no_ray"
        ) from None
    return ray


def _connect(ray: Any, options: RayOptions) -> None:
    if options.address is not None:
        _knock(options.address)
    more: dict[str, Any] = {}
    if options.upload is not None:
        more["runtime_env"] = {"working_dir": str(options.upload), "excludes": [".assay/"]}
    if options.address is None:
        more |= {"num_cpus": options.workers, "include_dashboard": False}
    try:
        ray.init(address=options.address, log_to_driver=False, logging_level="ERROR", **more)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _not_there(options.address or "on this machine", str(error)) from None


def _knock(address: str) -> None:
    """Fail at once where nobody listens; Ray itself would go on trying for minutes."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=KNOCK_S).close()
    except OSError as error:
        raise _not_there(address, error.strerror or str(error)) from None


def _not_there(address: str, reason: str) -> Unavailable:
    return Unavailable(
        f"the Ray cluster {address} cannot be reached: {reason}",
        hint="check --ray-address; 'ray status' tells whether it is up",
        code="cluster.not_there",
    )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of what went wrong at once, the first."""
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found


def _revived(told: dict[str, object]) -> AssayError:
    kind = _KINDS.get(str(told.get("kind")), Unavailable)
    hint = told.get("hint")
    return kind(str(told["what"]), hint=None if hint is None else str(hint), code=str(told["code"]))
