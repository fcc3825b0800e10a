"""What the tests of model calls share: a clock and a sleep that cost no time, a client on them, recorded exchanges."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from assay.models.client import ModelClient
from assay.models.types import Message, Parameters, Request

EXCHANGES = Path(__file__).parent / "providers" / "exchanges"


@dataclass
class StillTime:
    """A clock that moves when somebody sleeps on it, and notes for how long."""

    slept_s: list[float] = field(default_factory=list)

    def now_utc(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(seconds=sum(self.slept_s))

    def monotonic_s(self) -> float:
        return 1000.0 + sum(self.slept_s)

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)


@pytest.fixture
def still() -> StillTime:
    return StillTime()


@pytest.fixture
async def client(still: StillTime) -> AsyncIterator[ModelClient]:
    """A client whose pauses take no time and have no jitter to speak of (the draw is always one half)."""
    async with ModelClient(clock=still, sleep=still.sleep, random=lambda: 0.5) as opened:
        yield opened


@pytest.fixture
def ask() -> Callable[..., Request]:
    """A request of one message."""

    def make(model: str = "m", text: str = "hello", **more: object) -> Request:
        return Request(
            model=model,
            messages=(Message(role="user", content=text),),
            parameters=Parameters(temperature=0.0, max_tokens=50, seed=7),
            **more,
        )

    return make


@dataclass
class Recorded:
    """A recorded exchange, and what came in its place."""

    base_url: str
    wanted: dict[str, object]
    came: list[dict[str, object]] = field(default_factory=list)


@pytest.fixture
def play() -> Callable[[str], AbstractAsyncContextManager[Recorded]]:
    """Serve a file of ``providers/exchanges``: each request is noted, and gets the recorded answer."""

    @asynccontextmanager
    async def serve(name: str) -> AsyncIterator[Recorded]:
        exchange = json.loads((EXCHANGES / f"{name}.json").read_text(encoding="utf-8"))
        recorded = Recorded(base_url="", wanted=exchange["request"])

        async def answer(request: web.BaseRequest) -> web.Response:
            heads = ("authorization", "api-key", "x-api-key", "anthropic-version", "content-type")
            shown = {name: request.headers.get(name) for name in heads}
            recorded.came.append(
                {
                    "method": request.method,
                    "path": request.path_qs,
                    "headers": {name: value for name, value in shown.items() if value is not None},
                    "body": json.loads(await request.read()),
                }
            )
            reply = exchange["response"]
            body = reply["body"] if isinstance(reply["body"], str) else json.dumps(reply["body"])
            return web.Response(status=reply["status"], headers=reply["headers"], body=body.encode())

        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            recorded.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield recorded
        finally:
            await runner.cleanup()

    return serve


@pytest.fixture
def settled() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Wait until something holds, as when a server has noticed what its client did."""

    async def wait(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - nothing here tells of it
                await asyncio.sleep(0.005)

    return wait


@pytest.fixture
def serve_bytes() -> Callable[..., AbstractAsyncContextManager[str]]:
    """Serve the same bytes to every request, then hang up or say nothing more; gives the address."""

    @asynccontextmanager
    async def serve(answer: bytes, *, hang_up: bool = True, wait_for_request: bool = True) -> AsyncIterator[str]:
        over = asyncio.Event()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                if wait_for_request:
                    await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                await writer.drain()
                if not hang_up:
                    await over.wait()
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        finally:
            over.set()
            server.close()
            await asyncio.sleep(0.01)

    return serve


@dataclass
class LimitedServer:
    """A server that refuses what is more than it takes at once."""

    base_url: str = ""
    under_way: int = 0
    refused: int = 0


@pytest.fixture
def limited_server() -> Callable[..., AbstractAsyncContextManager[LimitedServer]]:
    """Serve answers, at most so many at once; the others are refused with a pause to keep."""

    @asynccontextmanager
    async def serve(*, at_once: int, latency_s: float, retry_after_s: float) -> AsyncIterator[LimitedServer]:
        found = LimitedServer()

        async def answer(request: web.BaseRequest) -> web.Response:
            await request.read()
            if found.under_way >= at_once:
                found.refused += 1
                return web.Response(status=429, headers={"retry-after": str(retry_after_s)})
            found.under_way += 1
            try:
                await asyncio.sleep(latency_s)
            finally:
                found.under_way -= 1
            return web.json_response({"choices": [{"message": {"content": "fine"}, "finish_reason": "stop"}]})

        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            found.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield found
        finally:
            await runner.cleanup()

    return serve
