import asyncio
import contextlib

import pytest

from assay.core.errors import ProviderRejected
from assay.models.limit.account import Account, Caps, Size
from assay.models.limit.gate import Gate, Pool

SMALL = Size(input=10.0, most_output=10)


class Time:
    """A clock that jumps to whatever somebody sleeps for, once everything else stands still."""

    def __init__(self) -> None:
        self.now_s = 0.0

    async def sleep(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        for _ in range(5):
            await asyncio.sleep(0)
        self.now_s = max(self.now_s, until_s)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def gate(time):
    return Gate(now_s=lambda: time.now_s, sleep=time.sleep)


def pool_of(*accounts):
    return Pool(accounts)


def enter(gate, pool, turn=None):
    return gate.enter(pool, "m", SMALL, turn=gate.turn() if turn is None else turn)


def leave(gate, permit, now_s=0.0):
    permit.account.end(permit, now_s=now_s)
    gate.changed()


async def test_who_may_begin_does_not_wait(gate):
    pool = pool_of(Account("a"))
    permit = await enter(gate, pool)

    assert (permit.account.under_way, pool.waiting) == (1, [])


async def test_the_others_come_in_the_order_they_came_as_calls_end(gate):
    pool, order = pool_of(Account("a", caps=Caps(concurrency=2))), []

    async def call(name):
        permit = await enter(gate, pool)
        order.append(name)
        await asyncio.sleep(0)
        leave(gate, permit)

    await asyncio.gather(*(call(n) for n in range(20)))

    assert order == list(range(20))


async def test_a_call_that_comes_back_goes_before_those_that_came_later(gate):
    pool, order = pool_of(Account("a", caps=Caps(concurrency=1))), []
    held = await enter(gate, pool, turn=gate.turn())

    async def call(name, turn):
        permit = await enter(gate, pool, turn)
        order.append(name)
        leave(gate, permit)

    early = gate.turn()
    late = asyncio.create_task(call("late", gate.turn()))
    await asyncio.sleep(0)
    again = asyncio.create_task(call("early", early))
    await asyncio.sleep(0)
    leave(gate, held)
    await asyncio.gather(late, again)

    assert order == ["early", "late"]


async def test_who_waits_for_a_time_is_let_in_when_it_has_come(gate, time):
    pool = pool_of(Account("a", caps=Caps(requests_per_minute=6)))
    for _ in range(4):
        leave(gate, await enter(gate, pool))

    assert time.now_s == pytest.approx(30)


async def test_calls_are_spread_by_free_room(gate):
    accounts = (Account("a", caps=Caps(concurrency=10)), Account("b", caps=Caps(concurrency=30)))
    pool = pool_of(*accounts)
    for _ in range(40):
        await enter(gate, pool)

    assert [account.under_way for account in accounts] == [10, 30]


async def test_an_account_in_its_cooldown_leaves_the_calls_to_the_other(gate, time):
    accounts = (Account("a"), Account("b"))
    for permit in [accounts[0].begin("m", SMALL, 0.0) for _ in range(2)]:
        accounts[0].refuse(permit, wish_s=100.0, now_s=0.0)
    permits = [await enter(gate, pool_of(*accounts)) for _ in range(5)]

    assert {permit.account.name for permit in permits} == {"b"}
    assert time.now_s == 0


async def test_whoever_gives_up_waiting_takes_no_place(gate):
    account = Account("a", caps=Caps(concurrency=1))
    pool = pool_of(account)
    held = await enter(gate, pool)
    waiting = [asyncio.create_task(enter(gate, pool)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    leave(gate, held)
    waiting[1].cancel()  # in the moment in which it is let in
    with contextlib.suppress(asyncio.CancelledError):
        await waiting[1]
    permit = await waiting[2]

    assert account.under_way == 1
    leave(gate, permit)
    assert (account.under_way, [w for w in pool.waiting if not w.let_in.done()]) == (0, [])


async def test_when_the_last_account_is_left_out_all_who_wait_are_told_why(gate):
    accounts = (Account("a", caps=Caps(concurrency=1)), Account("b", caps=Caps(concurrency=1)))
    pool = pool_of(*accounts)
    held = [await enter(gate, pool) for _ in accounts]
    waiting = [asyncio.create_task(enter(gate, pool)) for _ in range(3)]
    await asyncio.sleep(0)
    for account in accounts:
        account.leave_out(ProviderRejected("the key is no good", code="model.rejected"))
    leave(gate, held[0])

    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(error) for error in found] == ["the key is no good"] * 3


async def test_a_long_wait_is_told_of_and_not_often(time):
    told = []
    gate = Gate(now_s=lambda: time.now_s, sleep=time.sleep, tell=lambda pool, wait_s: told.append(wait_s))
    slow, quick = (
        pool_of(Account("a", caps=Caps(requests_per_minute=6))),
        pool_of(Account("b", caps=Caps(requests_per_minute=60))),
    )
    for pool in (quick, slow):
        for _ in range(9):
            leave(gate, await enter(gate, pool), now_s=time.now_s)

    assert told == [pytest.approx(10, rel=0.01)] * 2  # of eight waits of ten seconds
