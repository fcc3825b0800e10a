"""The attempts of a call: each waits until its account lets it begin, and failures are tried again by the policy.

A rate limit is never a result: such a call waits and comes back, however often, for as long as the account gets
anything through. All other failures spend the attempts that the policy allows. Sends nothing (``client.py`` does).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from assay.core.clock import Clock
from assay.core.errors import ModelError, TimedOut
from assay.core.events import Events
from assay.models.accounts import AccountLeftOut, Accounts, CallsWait, is_of_no_use, is_overload, is_refusal
from assay.models.limit.account import Permit, Size
from assay.models.limit.gate import Gate, Pool
from assay.models.retry import RetryPolicy
from assay.models.target import Target
from assay.models.types import Usage

T = TypeVar("T")
_CHARS_PER_TOKEN = 4


@dataclass(slots=True)
class _Count:
    """What has become of a call so far."""

    started_s: float
    waited_s: float = 0.0
    sent: int = 0
    faults: int = 0
    refusals: int = 0


class Attempts:
    """Makes attempts.

    Args:
        accounts: The accounts behind targets.
        clock: The time.
        sleep: Waits.
        random: Draws uniformly from [0, 1); spreads the pauses.
        events: Told of accounts that are left out (``AccountLeftOut``), and of long waits (``CallsWait``), if given.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]],
        random: Callable[[], float],
        events: Events | None = None,
    ) -> None:
        self._accounts = accounts
        self._clock = clock
        self._random = random
        self._events = events
        self._gate = Gate(now_s=clock.monotonic_s, sleep=sleep, tell=self._tell_of_wait)

    async def make(
        self,
        target: Target,
        model: str,
        size: Size,
        policy: RetryPolicy,
        attempt: Callable[[Target, Permit], Awaitable[T]],
    ) -> tuple[T, Permit, int]:
        """What the first attempt that succeeds returns, its permit, and how many requests were sent.

        The permit is held until it is handed back with ``succeed`` or ``drop``.
        """
        pool, turn = self._accounts.pool(target), self._gate.turn()
        count = _Count(self._clock.monotonic_s())
        while True:
            asked_s = self._clock.monotonic_s()
            permit = await self._gate.enter(pool, model, size, turn=turn)
            count.waited_s += self._clock.monotonic_s() - asked_s
            try:
                count.sent += 1
                return await attempt(self._accounts.target(target, permit.account), permit), permit, count.sent
            except ModelError as error:
                error.attempts = count.sent
                pause_s = self._after(error, permit, pool, count, policy)
                if pause_s is None:
                    raise
            except BaseException:
                self.drop(permit)
                raise
            await self._gate.pause(pause_s)

    def succeed(self, permit: Permit, usage: Usage) -> None:
        """Hand back a permit whose call was answered."""
        now_s = self._clock.monotonic_s()
        permit.account.succeed(permit, input_tokens=usage.input, output_tokens=usage.output, now_s=now_s)
        self._gate.changed()

    def drop(self, permit: Permit) -> None:
        """Hand back a permit whose call ended in a way that tells nothing of limits."""
        permit.account.end(permit, now_s=self._clock.monotonic_s())
        self._gate.changed()

    def halt(self, signal: Exception) -> None:
        """Let no attempt begin any more; whoever waits for one gets the signal."""
        self._gate.halt(signal)

    def go_on(self) -> None:
        """Let attempts begin again."""
        self._gate.go_on()

    def close(self) -> None:
        """Stop waiting."""
        self._gate.close()

    def _after(self, error: ModelError, permit: Permit, pool: Pool, count: _Count, policy: RetryPolicy) -> float | None:
        """Learn from a failure; seconds until the next attempt, or None to give up."""
        now_s, account = self._clock.monotonic_s(), permit.account
        if is_refusal(error) or is_overload(error):
            account.refuse(permit, wish_s=error.retry_after_s, now_s=now_s)
        elif isinstance(error, TimedOut):
            account.slow_down(permit, now_s=now_s)
        else:
            account.end(permit, now_s=now_s)
        try:
            if is_of_no_use(error) and self._another(error, permit, pool):
                return 0.0
            if is_refusal(error):
                count.refusals += 1
                stalled_s = now_s - max(count.started_s, account.answered_s)
                pause_s = policy.refusal_pause_s(
                    error, refusals=count.refusals, stalled_s=stalled_s, random=self._random
                )
                count.waited_s += pause_s or 0.0
                return pause_s
            count.faults += 1
            elapsed_s = now_s - count.started_s - count.waited_s
            return policy.pause_s(error, attempt=count.faults, elapsed_s=elapsed_s, random=self._random)
        finally:
            self._gate.changed()

    def _tell_of_wait(self, pool: Pool, wait_s: float) -> None:
        if self._events is not None:
            names = tuple(account.name for account in pool.accounts if account.left_out is None)
            self._events.emit(CallsWait(names, wait_s))

    def _another(self, error: ModelError, permit: Permit, pool: Pool) -> bool:
        """Leave the account out, where there is another one."""
        account = permit.account
        left = pool.usable - (account.left_out is None)
        if not left:
            return False
        if account.left_out is None:
            account.leave_out(error)
            if self._events is not None:
                self._events.emit(AccountLeftOut(account.name, error, left))
        return True


def size_of(body: bytes, most_output: int | None) -> Size:
    """The tokens that a request will use, roughly, by the length of its body."""
    return Size(input=len(body) / _CHARS_PER_TOKEN, most_output=most_output)
