"""Running a plan: bounded concurrency, every reply kept at once, rows in plan order, flat memory.

Workers take samples from one lazy iterator. A reply that the store already has is not asked for again.
A finished row waits until those before it are written, so order never depends on completion; how far
ahead a worker may run is bounded, and with it the rows that wait.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from assay.core.clock import Clock, stamp
from assay.core.errors import (
    BadInput,
    GraderFailed,
    ModelError,
    Unavailable,
)
from assay.engine.engine import Engine
from assay.engine.types import Outcome
from assay.evaluate.grader import Grader
from assay.evaluate.plan import Planned, Variant, call_of
from assay.evaluate.replies import Address, ReplyStore
from assay.evaluate.row import Graded, answered, unanswered
from assay.evaluate.types import Case, SampleRow

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerOptions:
    """How a run is executed; none of it changes what it comes to.

    Attributes:
        concurrency: Calls under way at once.
        timeout_s: Longest time of one attempt of a call.
        nonce: Set for a run that shall pay anew; replies are kept under addresses that hold it.
    """

    concurrency: int
    timeout_s: float
    nonce: str = ""


class Runner:
    """Executes samples.

    Args:
        engine: Makes the calls.
        store: Keeps the replies.
        graders: The suite's graders.
        clock: Says when a reply came.
        options: How.
        watch: Told after each sample.
    """

    def __init__(
        self,
        engine: Engine,
        store: ReplyStore,
        *,
        graders: Sequence[Grader],
        clock: Clock,
        options: RunnerOptions,
        watch: Callable[[Progress], None],
    ) -> None:
        self._engine = engine
        self._store = store
        self._graders = graders
        self._clock = clock
        self._options = options
        self._watch = watch
        self._addresses: dict[str, Address] = {}
        self._under_way: dict[bytes, asyncio.Future[None]] = {}
        self._codes: set[str] = set()
        self.progress = Progress()

    async def run(self, plan: Iterator[Planned], emit: Callable[[SampleRow], None]) -> None:
        """Execute every sample and emit its row, in plan order.

        Raises:
            BadInput: A case whose inputs do not fit the prompt; the place is the case's.
            Unavailable: No call at all succeeds.
        """
        line = _Line(emit, ahead=AHEAD_PER_WORKER * self._options.concurrency)
        syncing = asyncio.create_task(self._sync())
        workers = [asyncio.create_task(self._work(plan, line)) for _ in range(self._options.concurrency)]
        try:
            await _all_or_first_error(workers)
        finally:
            syncing.cancel()
            with suppress(asyncio.CancelledError):
                await syncing
            await asyncio.to_thread(self._store.sync)

    async def _work(self, plan: Iterator[Planned], line: "_Line") -> None:
        for planned in plan:
            await line.wait(planned.index)
            row = await self._sample(planned)
            self._note(row)
            line.put(planned.index, row)

    async def _sample(self, planned: Planned) -> SampleRow:
        call = call_of(planned, timeout_s=self._options.timeout_s)
        try:
            flow = self._engine.begin(call)
        except BadInput as error:
            error.where = planned.case.where
            raise
        address = self._address(planned.variant).of(flow.rendered, planned.repeat)
        flow.key = address.hex()
        async with self._alone(address):
            stored = self._store.find(address)
            if stored is not None:
                self.progress.reused += 1
                outcome = self._engine.replay(flow, stored.replies, fallback=stored.fallback)
            else:
                try:
                    outcome = await self._engine.finish(flow)
                except ModelError as error:
                    return unanswered(planned, address, error)
                finally:
                    self.progress.made += 1
                stored = self._store.keep(address, outcome, stamp(self._clock.now_utc()))
        graded = await self._grade(planned.case, outcome)
        return answered(planned, address, outcome, graded, at_utc=stored.at_utc)

    def _address(self, variant: Variant) -> Address:
        if variant.name not in self._addresses:
            self._addresses[variant.name] = Address([*variant.identity(), self._options.nonce])
        return self._addresses[variant.name]

    def _alone(self, address: bytes) -> "_Alone":
        """Two samples with one address (the same words twice in a dataset) are one call, made once."""
        return _Alone(self._under_way, address)

    async def _grade(self, case: Case, outcome: Outcome) -> Graded:
        graded = Graded()
        for grader in self._graders:
            try:
                graded.add(grader.spec, await grader.grade(case, outcome))
            except GraderFailed as error:
                graded.add_failure(grader.spec, error)
        return graded

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
            await asyncio.to_thread(self._store.sync)


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


class _Alone:
    """Holds an address while its call is under way; whoever else wants it waits."""

    def __init__(self, under_way: dict[bytes, asyncio.Future[None]], address: bytes) -> None:
        self._under_way = under_way
        self._address = address

    async def __aenter__(self) -> None:
        while (other := self._under_way.get(self._address)) is not None:
            await other
        self._under_way[self._address] = asyncio.get_running_loop().create_future()

    async def __aexit__(self, *_: object) -> None:
        self._under_way.pop(self._address).set_result(None)


async def _all_or_first_error(tasks: Sequence["asyncio.Task[None]"]) -> None:
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
