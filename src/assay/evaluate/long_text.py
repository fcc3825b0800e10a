"""Measures on long texts, in a thread beside the event loop, so that calls under way need not wait for them."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LONG_CHARS = 20_000
"""Up to here a measure takes a few milliseconds, and is made at once."""


async def measured(text: str, measure: Callable[P, T], *arguments: P.args, **settings: P.kwargs) -> T:
    """What the measure returns for its arguments, of which ``text`` is the one that may be long."""
    if len(text) <= LONG_CHARS:
        return measure(*arguments, **settings)
    return await asyncio.to_thread(measure, *arguments, **settings)
