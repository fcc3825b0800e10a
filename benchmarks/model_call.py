"""CPU time of one model call: Assay's client against the official ``openai`` SDK.

Both ask the same stand-in server (``stand_in.py``, in a process of its own) for the same reply, over kept
connections, 16 calls at a time, in turns; what is measured is the CPU time of this process, so the server
and the waiting are left out. Prints medians over the rounds::

    python benchmarks/model_call.py [--rounds 9] [--calls 400]
"""

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable

import openai
from stand_in import served

from assay.models.client import ModelClient
from assay.models.target import parse_target
from assay.models.types import Message, Parameters, Request

AT_ONCE = 16
SYSTEM = "You sort tickets of a shop. Answer with JSON: category, urgency and a summary of one sentence. " * 5
TICKET = "I ordered a lamp on Monday and was charged twice, please give me the second amount back. " * 5
Call = Callable[[], Awaitable[object]]


async def cpu_ms(call: Call, calls: int) -> float:
    """Milliseconds of this process's CPU time a call."""

    async def worker() -> None:
        for _ in range(calls // AT_ONCE):
            await call()

    gc.collect()
    before = time.process_time()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return (time.process_time() - before) * 1000 / (calls // AT_ONCE * AT_ONCE)


async def measure(base_url: str, rounds: int, calls: int) -> dict[str, tuple[float, float]]:
    """Medians by kind of call: Assay's, and the SDK's."""
    target = parse_target("openai-compatible/stand-in", base_url=base_url)
    request = Request(
        model="stand-in",
        messages=(Message(role="system", content=SYSTEM), Message(role="user", content=TICKET)),
        parameters=Parameters(temperature=0.0, max_tokens=200, seed=7),
    )
    asked = {
        "model": "stand-in",
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": TICKET}],
        "temperature": 0.0,
        "max_tokens": 200,
        "seed": 7,
    }
    async with ModelClient() as ours, openai.AsyncOpenAI(base_url=base_url, api_key="none") as sdk:

        async def our_stream() -> None:
            async for _ in ours.stream(target, request):
                pass

        async def sdk_stream() -> None:
            async for _ in await sdk.chat.completions.create(
                **asked, stream=True, stream_options={"include_usage": True}
            ):
                pass

        kinds: dict[str, tuple[Call, Call]] = {
            "whole": (lambda: ours.generate(target, request), lambda: sdk.chat.completions.create(**asked)),
            "streamed": (our_stream, sdk_stream),
        }
        found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
        for turn in range(rounds + 1):
            for kind, (our_call, sdk_call) in kinds.items():
                pair = (await cpu_ms(our_call, calls), await cpu_ms(sdk_call, max(AT_ONCE, calls // 4)))
                if turn:  # the first warms up
                    found[kind].append(pair)
    return {
        kind: (statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs))
        for kind, pairs in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=400)
    options = parser.parse_args()
    with served() as base_url:
        medians = asyncio.run(measure(base_url, options.rounds, options.calls))
    print(f"CPU ms a call, median of {options.rounds} rounds (openai {openai.__version__})")
    print(f"{'answer':<10}{'assay':>10}{'openai':>10}{'ratio':>10}")
    for kind, (ours_ms, sdk_ms) in medians.items():
        print(f"{kind:<10}{ours_ms:>10.3f}{sdk_ms:>10.3f}{sdk_ms / ours_ms:>9.1f}x")


if __name__ == "__main__":
    main()
