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
from assay.evaluate.budget import BudgetSpent
from assay.evaluate.types import SampleRow

AHEAD_PER_WORKER = 8
AHEAD_AT_LEAST = 4_096
"""So many rows may wait for one that is late, as a call that gets no answer before its time limit is."""

SYNC_EVERY_S = 1.0
HOPELESS_AFTER = 10
"""When so many samples have ended in the same error and none has been answered, the run is stopped."""


@dataclass(slots=True)
class Progress:
    """How far a run is.

    Attributes:
        stopped: Why it ended before its plan did, where something ran out.
        decided: Whether it ended as its gate, which was watched, is decided.
    """

    done: int = 0
    errors: int = 0
    made: int = 0
    reused: int = 0
    tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)

    stopped: str | None = None
    decided: bool = False

    @property
    def ended(self) -> bool:
        """Whether no further sample is begun."""
        return self.decided or self.stopped is not None

    def add(self, row: SampleRow) -> None:
        """Take in a finished sample; what was called and what was there is counted by whoever knows."""
        self.done += 1
        self.errors += row.error is not None
        if row.output is not None:
            self._use(row.input_tokens, row.output_tokens, row.cost_usd)
        if row.grading is not None:
            self._use(row.grading.input_tokens, row.grading.output_tokens, row.grading.cost_usd)

    def _use(self, input_tokens: int | None, output_tokens: int | None, cost_usd: str | None) -> None:
        """Count what a reply used; the cost is unknown from the first one on whose cost is."""
        self.tokens += (input_tokens or 0) + (output_tokens or 0)
        if self.cost_usd is not None:
            self.cost_usd = None if cost_usd is None else self.cost_usd + Decimal(cost_usd)


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
            BudgetSpent: The sample could not be run to its end; it is missing, and no further one is begun.
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

    async def run(self, plan: Iterator[P], emit: Callable[[SampleRow], None], *, first: int = 0) -> None:
        """Execute every sample and emit its row, in plan order; those that the budget has no room for are left out.

        Args:
            plan: The samples.
            emit: Called with each row.
            first: The index of the first sample, where this is a part of a plan.

        Raises:
            BadInput: A case whose inputs do not fit the prompt; the place is the case's.
            Unavailable: No call at all succeeds.
        """
        ahead = max(AHEAD_AT_LEAST, AHEAD_PER_WORKER * self._concurrency)
        line = _Line(emit, ahead=ahead, next=first)
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
            row = await self._sample(planned)
            line.put(planned.index, row)
            if self.progress.ended:
                break

    async def _sample(self, planned: P) -> SampleRow | None:
        """The row; None for a sample that is left out."""
        if self.progress.ended:
            return None
        try:
            row = await self._sampler.sample(planned)
        except BudgetSpent as spent:
            self.progress.stopped = str(spent)
            return None
        self._note(row)
        return row

    def _note(self, row: SampleRow) -> None:
        progress = self.progress
        progress.add(row)
        if row.error is not None:
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
    waiting: dict[int, SampleRow | None] = field(default_factory=dict)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, index: int) -> None:
        while index - self.next >= self.ahead:
            self.moved.clear()
            await self.moved.wait()

    def put(self, index: int, row: SampleRow | None) -> None:
        """The row of that place; None where there is none."""
        self.waiting[index] = row
        while self.next in self.waiting:
            ready = self.waiting.pop(self.next)
            if ready is not None:
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
