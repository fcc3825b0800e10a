"""The engines of a child: each gives one reply at a time, and a further one is started when all are busy.

An engine has a few slots, each of which remembers the last prompt that it evaluated. A call goes to the free
engine's slot that has seen most of its prompt's beginning, which then need not be evaluated again. So several
prompts can take turns, as the variants of a suite do, and each keeps what it has evaluated.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec

from assay.models.embedded.answer import Piece

SLOTS = 3


class Engine(Protocol):
    """What evaluates prompts."""

    def at(self, slot: int) -> "Engine":
        """The same engine, with what comes evaluated in that slot: 0 to ``SLOTS - 1``."""
        ...

    async def tokenise(self, text: str) -> list[int]:
        """The tokens of a text; control tokens in it are read as text."""
        ...

    async def can_hold_to(self, schema: dict[str, object], ids: Sequence[int]) -> bool:
        """Whether decoding can be held to a schema; found out after a prompt that comes next anyway."""
        ...

    async def complete(self, body: dict[str, object]) -> Piece:
        """The whole reply."""
        ...

    def stream(self, body: dict[str, object]) -> AsyncGenerator[Piece, None]:
        """The reply in pieces."""
        ...


class _Slots(msgspec.Struct):
    """An engine, and what its slots have seen: slot number -> prompt, the one used longest ago first."""

    engine: Engine
    seen: dict[int, Sequence[int]]

    def best(self, ids: Sequence[int]) -> tuple[int, int]:
        """How many tokens the best slot need not evaluate again, and the slot.

        A slot that would lose most of what it holds is left alone, and the one used longest ago taken instead.
        """
        shared, slot = max((shared_length(held, ids), slot) for slot, held in self.seen.items())
        if 2 * shared >= len(self.seen[slot]):
            return shared, slot
        return 0, next(iter(self.seen))

    def use(self, slot: int, ids: Sequence[int]) -> None:
        del self.seen[slot]
        self.seen[slot] = ids


class Pool:
    """Engines, started when they are needed.

    Args:
        start: Starts an engine.
        most: Most engines.
    """

    def __init__(self, start: Callable[[], Awaitable[Engine]], *, most: int) -> None:
        self._start = start
        self._free = asyncio.Semaphore(most)
        self._idle: list[_Slots] = []
        self._started: list[Engine] = []

    @property
    def started(self) -> int:
        """How many engines there are."""
        return len(self._started)

    async def first(self) -> Engine:
        """Any engine, for what does not disturb it; the first one is started if need be."""
        if not self._started:
            async with self.lease(()) as engine:
                return engine
        return self._started[0]

    @asynccontextmanager
    async def lease(self, ids: Sequence[int]) -> AsyncIterator[Engine]:
        """An engine for oneself, once there is one; those who wait are served in the order they came.

        Args:
            ids: The prompt that it is for.
        """
        async with self._free:
            slots = self._take(ids) or await self._start_another()
            _, slot = slots.best(ids)
            if ids:
                slots.use(slot, ids)
            try:
                yield slots.engine.at(slot)
            finally:
                self._idle.append(slots)

    def _take(self, ids: Sequence[int]) -> _Slots | None:
        if not self._idle:
            return None
        best = max(range(len(self._idle)), key=lambda i: self._idle[i].best(ids)[0])
        return self._idle.pop(best)

    async def _start_another(self) -> _Slots:
        engine = await self._start()
        self._started.append(engine)
        return _Slots(engine, dict.fromkeys(range(SLOTS), ()))


def shared_length(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens two prompts have in common from their beginnings."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
