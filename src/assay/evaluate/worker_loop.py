"""The event loop of a worker process, loaded there by its path when a function turns out to be async.

Apart from ``worker_child.py`` since importing asyncio takes longer than starting the rest.
"""

import asyncio
from collections.abc import Awaitable

_loop = asyncio.new_event_loop()


def finish(value: Awaitable[object]) -> object:
    """What an async function returns; all of a process share one loop, so that connections live on."""
    return _loop.run_until_complete(_awaited(value))


async def _awaited(value: Awaitable[object]) -> object:
    return await value
