"""The gate that calls wait at until one of their accounts lets them begin: first come, first served.

The thin asynchronous part around ``account.py``. A call that was refused keeps its place: it comes before those
that came later. Waiting is neither latency nor an attempt.
"""

import asyncio
import heapq
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from assay.models.limit.account import Account, Permit, Size

LONG_S = 5.0
"""A wait for a time from here on is told of."""

TOLD_EVERY_S = 60.0


@dataclass(slots=True, eq=False)
class Pool:
    """The accounts that one target can be reached by, and who waits for them."""

    accounts: tuple[Account, ...]
    waiting: list["_Waiter"] = field(default_factory=list)
    wakes_s: float = math.inf
    told_s: float = -math.inf
    waker: "asyncio.Task[None] | None" = None

    def choose(self, model: str, size: Size, now_s: float) -> tuple[Account | None, float]:
        """The account with the most room of those that a call may begin at now, else the time until one lets it."""
        best, wait_s = None, math.inf
        for account in self.accounts:
            its_wait_s = account.wait_s(model, size, now_s)
            if its_wait_s <= 0 and (best is None or account.free > best.free):
                best = account
            wait_s = min(wait_s, its_wait_s)
        return best, wait_s

    @property
    def usable(self) -> int:
        """How many accounts are not left out."""
        return sum(account.left_out is None for account in self.accounts)


@dataclass(slots=True, order=True)
class _Waiter:
    turn: int
    model: str = field(compare=False)
    size: Size = field(compare=False)
    let_in: "asyncio.Future[Permit]" = field(compare=False)


class Gate:
    """Lets calls in.

    Args:
        now_s: The time, which only goes forward.
        sleep: Waits.
        tell: Told of a pool whose calls wait for longer than a moment, and for how many seconds; not often.
    """

    def __init__(
        self,
        *,
        now_s: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        tell: Callable[[Pool, float], None] = lambda _, __: None,
    ) -> None:
        self._now_s = now_s
        self._sleep = sleep
        self._tell = tell
        self._crowded: set[Pool] = set()
        self._turns = 0
        self._halted: Exception | None = None
        self._halting: set[asyncio.Event] = set()

    def turn(self) -> int:
        """A new call's place in the line; kept for as long as the call goes on."""
        self._turns += 1
        return self._turns

    async def enter(self, pool: Pool, model: str, size: Size, *, turn: int) -> Permit:
        """Wait until the call may begin.

        Raises:
            ModelError: What the last account was left out for, when none is there any more.
            Exception: The signal of ``halt``.
        """
        if self._halted is not None:
            raise self._halted
        if not pool.waiting:
            now_s = self._now_s()
            account, _ = pool.choose(model, size, now_s)
            if account is not None:
                return account.begin(model, size, now_s)
        waiter = _Waiter(turn, model, size, asyncio.get_running_loop().create_future())
        heapq.heappush(pool.waiting, waiter)
        self._crowded.add(pool)
        self._let_in(pool)
        try:
            return await waiter.let_in
        except asyncio.CancelledError:
            if waiter.let_in.done() and not waiter.let_in.cancelled() and waiter.let_in.exception() is None:
                permit = waiter.let_in.result()  # let in and given up in the same moment
                permit.account.end(permit, now_s=self._now_s())
            self.changed()
            raise

    def changed(self) -> None:
        """An account's state has changed: let in whoever may begin now."""
        for pool in tuple(self._crowded):
            self._let_in(pool)

    async def pause(self, pause_s: float) -> None:
        """Wait so long between two attempts of a call.

        Raises:
            Exception: The signal of ``halt``.
        """
        if self._halted is None:
            halted = asyncio.Event()
            self._halting.add(halted)
            try:
                await _first(self._sleep(pause_s), halted.wait())
            finally:
                self._halting.discard(halted)
        if self._halted is not None:
            raise self._halted

    def halt(self, signal: Exception) -> None:
        """Let nobody in any more: whoever waits gets the signal, and so does whoever comes. Calls under way go on."""
        self._halted = signal
        for halted in self._halting:
            halted.set()
        for pool in tuple(self._crowded):
            for waiter in pool.waiting:
                if not waiter.let_in.done():
                    waiter.let_in.set_exception(signal)
            self._let_in(pool)

    def go_on(self) -> None:
        """Let calls in again."""
        self._halted = None

    def close(self) -> None:
        """Stop waiting for times to come."""
        for pool in self._crowded:
            if pool.waker is not None:
                pool.waker.cancel()
        self._crowded.clear()

    def _let_in(self, pool: Pool) -> None:
        now_s = self._now_s()
        while pool.waiting:
            first = pool.waiting[0]
            if first.let_in.done():
                heapq.heappop(pool.waiting)
                continue
            account, wait_s = pool.choose(first.model, first.size, now_s)
            if account is None:
                error = pool.accounts[-1].left_out
                if error is None or pool.usable:
                    self._wake(pool, now_s, wait_s)
                    return
                first.let_in.set_exception(error)
            else:
                first.let_in.set_result(account.begin(first.model, first.size, now_s))
            heapq.heappop(pool.waiting)
        self._crowded.discard(pool)

    def _wake(self, pool: Pool, now_s: float, wait_s: float) -> None:
        """Look again after that time, unless that is going to happen earlier anyway."""
        if math.isinf(wait_s) or now_s + wait_s >= pool.wakes_s:
            return
        if wait_s >= LONG_S and now_s - pool.told_s >= TOLD_EVERY_S:
            pool.told_s = now_s
            self._tell(pool, wait_s)
        if pool.waker is not None:
            pool.waker.cancel()
        pool.wakes_s = now_s + wait_s
        pool.waker = asyncio.create_task(self._look_again(pool, wait_s))

    async def _look_again(self, pool: Pool, wait_s: float) -> None:
        await self._sleep(wait_s)
        pool.wakes_s, pool.waker = math.inf, None
        self._let_in(pool)


async def _first(*waits: Awaitable[object]) -> None:
    """Wait for whichever is over first."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
