"""A provider that answers as it is told: OpenAI's chat interface on loopback, for tests of anything that calls a model.

Its vectors count letters: texts of the same letters have the same vector, whatever their order.

Deterministic: the same request gets the same answer, and faults come in the order of the script, or at rates, by a
seed. It checks no more of a request than its route and its key. In an async test it runs in the test's own loop,
elsewhere in a thread::

    async with FakeProvider("hello") as fake:
        ...
    with FakeProvider(lambda body: str(len(body["messages"])), script=["429", None]) as fake:
        ...

A fault can also be asked for by the model's name, for one call: ``fault:stall``.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web

from assay.testing.fake_reply import Answer, FakeReply, Fault, embeddings_body, error_body, fault

__all__ = ["FakeProvider", "FakeReply", "FakeRequest", "Fault", "echo"]


class FakeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that came; ``headers`` in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, object]


ReplyFunction = Callable[[dict[str, object]], str | FakeReply]


def echo(body: dict[str, object]) -> str:
    """The text of the last message of the user."""
    messages = body.get("messages")
    texts = [m.get("content") for m in messages if m.get("role") == "user"] if isinstance(messages, list) else []
    return str(texts[-1]) if texts else ""


class FakeProvider:
    """A server for the time of a ``with`` or an ``async with``.

    Args:
        reply: What to answer: a text, a whole reply, or a function of the request's body that returns either.
        latency_s: Time from a request to its answer; a stream spreads its events over it.
        script: A fault for each of the first requests, in order; None for none. A text is a kind or a status.
        rates: A fault -> the share of requests that it befalls, drawn by the seed.
        seed: What is drawn by; the same one draws the same faults for the same number of requests.
        key: The only key that is let in, if any (``Authorization: Bearer`` or ``api-key``).

    Attributes:
        reply: What to answer; may be set anew at any time.
        requests: The requests that came, in order, those for vectors too.
        connections: How many connections were opened.
    """

    def __init__(
        self,
        reply: ReplyFunction | FakeReply | str = echo,
        *,
        latency_s: float = 0.0,
        script: Iterable[Fault | str | None] = (),
        rates: Mapping[str, float] | None = None,
        seed: int = 0,
        key: str | None = None,
    ) -> None:
        self.reply: ReplyFunction | FakeReply | str = reply
        self._latency_s = latency_s
        self._script = [fault(entry) for entry in script]
        self._rates = [(fault(name), rate) for name, rate in (rates or {}).items()]
        self._random = random.Random(seed)  # noqa: S311 - draws faults, and shall draw the same ones again
        self._key = key
        self.requests: list[FakeRequest] = []
        self.connections = 0
        self._seen: set[object] = set()
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._port = 0
        self._thread: _ServerThread | None = None

    @property
    def base_url(self) -> str:
        """The address to give to a client; it ends in ``/v1``."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        return len(self._server.connections) if self._server is not None else 0

    async def __aenter__(self) -> Self:
        self._server = web.Server(self._answer, access_log=None, handler_cancellation=True)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def __enter__(self) -> Self:
        self._thread = _ServerThread(self)
        self._thread.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._thread.end()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self._count_connection(request)
        if request.method == "GET" and request.path.endswith("/models"):
            return web.json_response({"object": "list", "data": [_model("fake")]})
        embeds = request.path.endswith("/embeddings")
        if request.method != "POST" or not (embeds or request.path.endswith("/chat/completions")):
            return _error(Fault(status=404, message="There is no such route."))
        body = msgspec.json.decode(await request.content.read(), type=dict[str, object])
        self.requests.append(
            FakeRequest(
                path=request.path,
                query=dict(request.query),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=body,
            )
        )
        if self._key is not None and self._key not in _shown_keys(request):
            return _error(Fault(status=401, message="Incorrect API key provided.", code="invalid_api_key"))
        fault = self._next_fault(body)
        if embeds and fault is None:
            await asyncio.sleep(self._latency_s)
            return web.json_response(embeddings_body(body))
        return await self._play(request, body, fault)

    async def _play(self, request: web.BaseRequest, body: dict[str, object], fault: Fault | None) -> web.StreamResponse:
        kind = fault.kind if fault is not None else None
        if kind == "drop":
            return _drop(request)
        if kind == "stall":
            await asyncio.Event().wait()
        latency_s = max(0.05, 10 * self._latency_s) if kind == "slow" else self._latency_s
        if fault is not None and kind in {"status", "garbage"}:
            await asyncio.sleep(latency_s)
            return _error(fault) if kind == "status" else _page()
        answer = Answer(body, self.reply(body) if callable(self.reply) else self.reply, kind)
        if body.get("stream"):
            return await _stream(request, answer, latency_s)
        await asyncio.sleep(latency_s)
        return await _whole(request, answer)

    def _next_fault(self, body: dict[str, object]) -> Fault | None:
        name = str(body.get("model", ""))
        if name.startswith("fault:"):
            return fault(name.removeprefix("fault:"))
        place = len(self.requests) - 1
        if place < len(self._script):
            return self._script[place]
        return self._drawn() if self._rates else None

    def _drawn(self) -> Fault | None:
        """The fault that falls on this request, if one does."""
        drawn = self._random.random()
        for found, rate in self._rates:
            drawn -= rate
            if drawn < 0:
                return found
        return None

    def _count_connection(self, request: web.BaseRequest) -> None:
        peer = request.transport.get_extra_info("peername") if request.transport is not None else None
        if peer not in self._seen:
            self._seen.add(peer)
            self.connections += 1


class _ServerThread:
    """A loop of its own for a fake that is used from code that has none."""

    def __init__(self, fake: FakeProvider) -> None:
        self._fake = fake
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="fake-provider", daemon=True)

    def begin(self) -> None:
        self._thread.start()
        self._ready.wait()

    def end(self) -> None:
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with self._fake:
                self._ready.set()
                await self._over.wait()
        finally:
            self._ready.set()


async def _whole(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    body = answer.whole()
    headers = {"content-type": "application/json", "x-request-id": "req_fake"}
    if answer.kind not in {"half", "cut"}:
        return web.Response(body=body, headers=headers)
    response = web.StreamResponse(headers=headers | {"content-length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return _drop(request, response)


async def _stream(request: web.BaseRequest, answer: Answer, latency_s: float) -> web.StreamResponse:
    events = answer.events()
    gap_s = latency_s / (len(events) + 1)
    response = web.StreamResponse(headers={"content-type": "text/event-stream", "x-request-id": "req_fake"})
    await asyncio.sleep(gap_s)
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):  # who has heard enough may hang up
        async for event in _paced(events, gap_s):
            await response.write(event)
        if answer.kind == "freeze":
            await asyncio.Event().wait()
        if answer.kind in {"cut", "half"}:
            return _drop(request, response)
        await response.write_eof()
    return response


async def _paced(events: Sequence[bytes], gap_s: float) -> AsyncIterator[bytes]:
    for event in events:
        yield event
        await asyncio.sleep(gap_s)


def _drop(request: web.BaseRequest, response: web.StreamResponse | None = None) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return response or web.Response()


def _error(fault: Fault) -> web.Response:
    headers = {"x-request-id": "req_fake"} | fault.headers
    return web.json_response(error_body(fault), status=fault.status, headers=headers)


def _page() -> web.Response:
    return web.Response(text="<html>The gateway is having a hiccup.</html>", content_type="text/html")


def _shown_keys(request: web.BaseRequest) -> set[str]:
    return {request.headers.get("authorization", "").removeprefix("Bearer "), request.headers.get("api-key", "")}


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "assay"}
