"""The engines of a child: each gives one reply at a time, and a further one is started when all are busy.

A call goes to the free engine that has seen most of its prompt's beginning, which it then need not
evaluate again.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec

from assay.models.embedded.answer import Piece


class Engine(Protocol):
    """What evaluates prompts."""

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


class _Idle(msgspec.Struct, frozen=True):
    engine: Engine
    seen: Sequence[int]


class Pool:
    """Engines, started when they are needed.

    Args:
        start: Starts an engine.
        most: Most engines.
    """

    def __init__(self, start: Callable[[], Awaitable[Engine]], *, most: int) -> None:
        self._start = start
        self._free = asyncio.Semaphore(most)
        self._idle: list[_Idle] = []
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
            idle = self._take(ids)
            engine = idle.engine if idle is not None else await self._start_another()
            seen = ids or (idle.seen if idle is not None else ())
            try:
                yield engine
            finally:
                self._idle.append(_Idle(engine, seen))

    def _take(self, ids: Sequence[int]) -> _Idle | None:
        if not self._idle:
            return None
        best = max(self._idle, key=lambda idle: shared_length(idle.seen, ids))
        self._idle.remove(best)
        return best

    async def _start_another(self) -> Engine:
        engine = await self._start()
        self._started.append(engine)
        return engine


def shared_length(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens two prompts have in common from their beginnings."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
