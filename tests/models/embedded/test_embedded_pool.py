"""The engines of a child: one reply each at a time, started when needed, chosen by what they have seen."""

import asyncio

import pytest

from assay.models.embedded.pool import Pool, shared_length


class Numbered(int):
    """An engine that is its number, and says which slot it is used at."""

    def at(self, slot):
        found = Numbered(self)
        found.slot = slot
        return found


class Started:
    """Counts engines."""

    def __init__(self, *, fails_at=None):
        self.count = 0
        self.fails_at = fails_at

    async def __call__(self):
        await asyncio.sleep(0)
        if self.count == self.fails_at:
            raise OSError("no memory")
        self.count += 1
        return Numbered(self.count)


@pytest.mark.parametrize(
    ("left", "right", "length"), [((), (1,), 0), ((1, 2), (1, 2), 2), ((1, 2, 3), (1, 2, 4, 5), 2), ((1,), (2,), 0)]
)
def test_the_shared_beginning_is_counted(left, right, length):
    assert shared_length(left, right) == length


async def test_calls_one_after_the_other_need_one_engine():
    start = Started()
    pool = Pool(start, most=4)

    for prompt in ((1,), (2,), (3,)):
        async with pool.lease(prompt) as engine:
            assert engine == 1

    assert start.count == pool.started == 1


async def test_calls_at_once_get_engines_of_their_own_up_to_the_limit():
    pool = Pool(Started(), most=2)
    busy, most_busy = set(), 0

    async def call(prompt):
        nonlocal most_busy
        async with pool.lease((prompt,)) as engine:
            assert engine not in busy
            busy.add(engine)
            most_busy = max(most_busy, len(busy))
            await asyncio.sleep(0.001)
            busy.remove(engine)

    await asyncio.gather(*(call(at) for at in range(10)))

    assert most_busy == pool.started == 2


async def test_a_prompt_goes_to_the_engine_that_knows_its_beginning():
    pool = Pool(Started(), most=2)
    async with pool.lease((1, 1, 1)) as one, pool.lease((2, 2, 2)) as two:
        pass

    for prompt, wanted in (((2, 2, 9), two), ((1, 1, 9), one), ((2, 2, 8), two)):
        async with pool.lease(prompt) as engine:
            assert engine == wanted


async def test_those_who_wait_are_served_in_their_order():
    pool = Pool(Started(), most=1)
    served = []

    async def call(number):
        async with pool.lease((number,)):
            served.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(call(number) for number in range(6)))

    assert served == [0, 1, 2, 3, 4, 5]


async def test_an_engine_is_free_again_after_a_call_that_failed_or_was_given_up():
    pool = Pool(Started(), most=1)
    with pytest.raises(ValueError, match="broken"):
        async with pool.lease(()):
            raise ValueError("broken")

    async def hang():
        async with pool.lease(()):
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await asyncio.sleep(0)
    task.cancel()

    async with asyncio.timeout(1), pool.lease(()) as engine:
        assert engine == 1


async def test_an_engine_that_does_not_start_takes_nobodys_place():
    start = Started(fails_at=0)
    pool = Pool(start, most=1)
    with pytest.raises(OSError, match="no memory"):
        await pool.first()
    start.fails_at = None

    async with asyncio.timeout(1):
        assert await pool.first() == 1


async def test_asking_for_any_engine_starts_one_at_most():
    start = Started()
    pool = Pool(start, most=2)

    assert await asyncio.gather(pool.first(), pool.first()) == [1, 1] or start.count <= 2
    assert await pool.first() == 1


async def test_prompts_that_take_turns_keep_a_slot_each_once_they_have_one():
    pool = Pool(Started(), most=1)
    short, long = (1, 1, 1, 2), (1, 1, 1, *[3] * 20)
    slots = []

    for turn in range(6):
        for prompt in (short, long):
            async with pool.lease((*prompt, 100 + turn)) as engine:
                slots.append(engine.slot)

    # The first long one goes on where the short one began; from then on, each finds its own again.
    assert len(set(slots[2::2])) == len(set(slots[3::2])) == 1
    assert slots[-1] != slots[-2]


async def test_a_prompt_that_nobody_knows_takes_the_slot_used_longest_ago():
    pool = Pool(Started(), most=1)
    slots = []

    for prompt in ((1,) * 9, (2,) * 9, (3,) * 9, (4,) * 9):
        async with pool.lease(prompt) as engine:
            slots.append(engine.slot)

    assert slots[0] == slots[3]
    assert len(set(slots[:3])) == 3
