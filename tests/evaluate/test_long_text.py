"""Measures on long texts leave the event loop free."""

import asyncio
import threading

from assay.evaluate.long_text import LONG_CHARS, measured


async def test_a_short_text_is_measured_at_once_and_a_long_one_in_a_thread():
    def where(text: str, *, suffix: str) -> tuple[str, bool]:
        return text[:1] + suffix, threading.current_thread() is threading.main_thread()

    assert await measured("a" * LONG_CHARS, where, "a", suffix="!") == ("a!", True)
    assert await measured("b" * (LONG_CHARS + 1), where, "b", suffix="!") == ("b!", False)


async def test_the_loop_goes_on_while_a_long_text_is_measured():
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await measured("x" * (LONG_CHARS + 1), threading.Event().wait, 0.05)
    ticking.cancel()

    assert ticks > 3
