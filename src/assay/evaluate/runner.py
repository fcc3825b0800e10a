"""Running a plan: bounded concurrency, rows in plan order, flat memory. What a sample is, its ``Sampler`` knows.

Workers take samples from one lazy iterator. A finished row waits until those before it are written, so
order never depends on completion; how far ahead a worker may run is bounded, and with it the rows that wait.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from assay.core.errors import Unavailable
from assay.evaluate.types import SampleRow

AHEAD_PER_WORKER = 8
SYNC_EVERY_S = 1.0
HOPELESS_AFTER = 10
"""When so many samples have ended in the same error and none has been answered, the run is stopped."""


@dataclass(slots=True)
class Progress:
    """How far a run is."""

    done: int = 0
    errors: int = 0
    made: int = 0
    reused: int = 0
    tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)


class Indexed(Protocol):
    """A sample to come; ``index`` is its place in the plan, from 0 without a gap."""

    @property
    def index(self) -> int:
        """Its place."""
        ...


P_contra = TypeVar("P_contra", bound=Indexed, contravariant=True)
P = TypeVar("P", bound=Indexed)


class Sampler(Protocol[P_contra]):
    """What makes the row of a sample: ``CallSampler`` for a prompt that is called; other kinds of suite have theirs."""

    async def sample(self, planned: P_contra) -> SampleRow:
        """The row; a reply that never came is an error in the row, and not raised.

        Raises:
            BadInput: Something that a person can mend, and that ends the run.
        """
        ...


class Runner(Generic[P]):
    """Executes samples.

    Args:
        sampler: Makes the rows.
        progress: How far the run is; the sampler counts in it what was called and what was there.
        concurrency: Samples under way at once.
        sync: Called about once a second, and at the end, in a thread: has what was kept reach the disk.
        watch: Told after each sample.
    """

    def __init__(
        self,
        sampler: Sampler[P],
        *,
        progress: Progress,
        concurrency: int,
        sync: Callable[[], None],
        watch: Callable[[Progress], None],
    ) -> None:
        self._sampler = sampler
        self._concurrency = concurrency
        self._sync_now = sync
        self._watch = watch
        self._codes: set[str] = set()
        self.progress = progress

    async def run(self, plan: Iterator[P], emit: Callable[[SampleRow], None]) -> None:
        """Execute every sample and emit its row, in plan order.

        Raises:
            BadInput: A case whose inputs do not fit the prompt; the place is the case's.
            Unavailable: No call at all succeeds.
        """
        line = _Line(emit, ahead=AHEAD_PER_WORKER * self._concurrency)
        syncing = asyncio.create_task(self._sync())
        workers = [asyncio.create_task(self._work(plan, line)) for _ in range(self._concurrency)]
        try:
            await _all_or_first_error(workers)
        finally:
            syncing.cancel()
            with suppress(asyncio.CancelledError):
                await syncing
            await asyncio.to_thread(self._sync_now)

    async def _work(self, plan: Iterator[P], line: "_Line") -> None:
        for planned in plan:
            await line.wait(planned.index)
            row = await self._sampler.sample(planned)
            self._note(row)
            line.put(planned.index, row)

    def _note(self, row: SampleRow) -> None:
        progress = self.progress
        progress.done += 1
        progress.tokens += (row.input_tokens or 0) + (row.output_tokens or 0)
        if row.output is not None and progress.cost_usd is not None:
            progress.cost_usd = None if row.cost_usd is None else progress.cost_usd + Decimal(row.cost_usd)
        if row.error is not None:
            progress.errors += 1
            self._codes.add(row.error["code"])
            self._give_up_when_hopeless(row.error)
        self._watch(progress)

    def _give_up_when_hopeless(self, error: dict[str, str]) -> None:
        if self.progress.errors == self.progress.done >= HOPELESS_AFTER and len(self._codes) == 1:
            raise Unavailable(
                f"the first {self.progress.done} samples all ended in the same error: {error['what']}",
                hint=error.get("hint") or "mend it and run the same command again; nothing that was paid for is lost",
                code=error["code"],
            )

    async def _sync(self) -> None:
        while True:
            await asyncio.sleep(SYNC_EVERY_S)
            await asyncio.to_thread(self._sync_now)


@dataclass(slots=True)
class _Line:
    """Puts rows back in order; ``wait`` holds back whoever would run too far ahead."""

    emit: Callable[[SampleRow], None]
    ahead: int
    next: int = 0
    waiting: dict[int, SampleRow] = field(default_factory=dict)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, index: int) -> None:
        while index - self.next >= self.ahead:
            self.moved.clear()
            await self.moved.wait()

    def put(self, index: int, row: SampleRow) -> None:
        self.waiting[index] = row
        while (ready := self.waiting.pop(self.next, None)) is not None:
            self.emit(ready)
            self.next += 1
        self.moved.set()


async def _all_or_first_error(tasks: Sequence["asyncio.Task[None]"]) -> None:
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
