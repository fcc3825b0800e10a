"""The HTTP application of the child: OpenAI's chat dialect on top of a pool of engines.

Does not load an engine, bind a port or write files (``server.py``).
"""

import asyncio
import contextlib
import hmac
import secrets
import sys
import time
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator

import msgspec
from aiohttp import web

from assay.core.clock import Clock, SystemClock
from assay.core.errors import AssayError, ProviderFailed
from assay.core.ids import new_id
from assay.models.embedded.answer import End, Heading, Piece, model_entry
from assay.models.embedded.chat import ChatRequest, encode_prompt, engine_request, read_request
from assay.models.embedded.pool import Engine, Pool
from assay.models.embedded.refusal import Refused
from assay.models.embedded.weights import MODEL, Vocabulary

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BODY_BYTES = 8 * 1024 * 1024
_JSON = "application/json"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What the application serves, and to whom."""

    pid: int
    token: str
    fingerprint: str
    vocabulary: Vocabulary
    context_tokens: int


class Activity:
    """What is going on, and since when nothing is."""

    def __init__(self) -> None:
        self.calls = 0
        self._under_way = 0
        self._last_s = time.monotonic()

    def touch(self) -> None:
        """Something happened."""
        self._last_s = time.monotonic()

    @contextlib.contextmanager
    def call(self) -> Iterator[None]:
        """A call is under way."""
        self._under_way += 1
        try:
            yield
            self.calls += 1
        finally:
            self._under_way -= 1
            self.touch()

    def idle_s(self) -> float:
        """For how long nothing happened; 0 while a call is under way."""
        return 0.0 if self._under_way else time.monotonic() - self._last_s


class Service:
    """The application and what it needs.

    Args:
        about: What it serves.
        pool: Where replies come from.
        clock: Dates replies.

    Attributes:
        activity: What is going on.
        ending: Set when the child has to end: it was asked to, or its engine is gone.
    """

    def __init__(self, about: About, pool: Pool, *, clock: Clock | None = None) -> None:
        self.activity = Activity()
        self.ending = asyncio.Event()
        self._about = about
        self._pool = pool
        self._clock = clock or SystemClock()
        self._created = self._now()

    def application(self) -> web.Application:
        """The routes, behind the check of the token."""
        application = web.Application(middlewares=[self._guarded], client_max_size=_BODY_BYTES)
        application.router.add_get("/health", self._health)
        application.router.add_post("/stop", self._stop)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/models/{name}", self._model)
        application.router.add_post("/v1/chat/completions", self._chat)
        return application

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in whoever has the token, and answer every failure in OpenAI's form."""
        try:
            self._check_token(request)
            return await handler(request)
        except Refused as refused:
            return _refusal(refused)
        except web.HTTPException as error:
            return _refusal(
                Refused(f"{error.reason}: {request.method} {request.path}", code="http", status=error.status)
            )
        except AssayError as error:
            self._note_end(error)
            return _refusal(Refused(error.what, code=error.code, status=500))
        except (asyncio.CancelledError, ConnectionResetError):
            raise
        except Exception:  # noqa: BLE001 - the edge: a fault of ours is an answer, and is in the log
            traceback.print_exc(file=sys.stderr)
            return _refusal(
                Refused("the embedded model's server failed; its log says how", code="internal", status=500)
            )

    def _check_token(self, request: web.Request) -> None:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(shown.encode(), self._about.token.encode()):
            raise Refused("the key is missing or wrong", code="invalid_api_key", status=401)

    def _note_end(self, error: AssayError) -> None:
        if isinstance(error, ProviderFailed):
            print(f"error: {error}", file=sys.stderr)  # noqa: T201 - standard error is this process's log
            self.ending.set()

    async def _health(self, request: web.Request) -> web.Response:
        if "claim" in request.query:
            self.activity.touch()
        return _json({"pid": self._about.pid, "engines": self._pool.started, "calls": self.activity.calls})

    async def _stop(self, _: web.Request) -> web.Response:
        self.ending.set()
        return _json({"pid": self._about.pid})

    async def _models(self, _: web.Request) -> web.Response:
        return _json({"object": "list", "data": [model_entry(MODEL, self._created)]})

    async def _model(self, request: web.Request) -> web.Response:
        _check_model(request.match_info["name"])
        return _json(model_entry(MODEL, self._created))

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        with self.activity.call():
            wanted = read_request(await request.read())
            _check_model(wanted.model)
            ids, body = await self._prepare(wanted)
            heading = self._heading()
            async with self._pool.lease(ids) as engine:
                await _check_schema(wanted, engine, ids)
                if wanted.stream:
                    return await self._stream(request, wanted, heading, engine.stream(body))
                piece = await engine.complete(body)
            return _json(heading.whole(piece.text, _ended(piece)))

    async def _prepare(self, wanted: ChatRequest) -> tuple[list[int], dict[str, object]]:
        engine = await self._pool.first()
        ids = await encode_prompt(wanted.messages, self._about.vocabulary, engine.tokenise)
        seed = secrets.randbelow(2**32)
        return ids, engine_request(wanted, ids, context_tokens=self._about.context_tokens, any_seed=seed)

    def _heading(self) -> Heading:
        return Heading(
            id=f"chatcmpl-{new_id(self._clock.now_utc())}",
            created=self._now(),
            model=MODEL,
            fingerprint=self._about.fingerprint,
        )

    def _now(self) -> int:
        return int(self._clock.now_utc().timestamp())

    async def _stream(
        self, request: web.Request, wanted: ChatRequest, heading: Heading, pieces: AsyncGenerator[Piece, None]
    ) -> web.StreamResponse:
        """Send pieces as they come. What fails before the first is an answer of its own, after it a last event."""
        async with contextlib.aclosing(pieces):
            return await self._send(request, heading, _events(await anext(pieces), pieces, heading, wanted))

    async def _send(self, request: web.Request, heading: Heading, events: AsyncIterator[bytes]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        response.headers["X-Request-Id"] = heading.id
        await response.prepare(request)
        try:
            async for event in events:
                await response.write(event)
        except AssayError as error:
            self._note_end(error)
            broken = Refused(error.what, code="stream_interrupted", status=500)
            await response.write(_event(broken.as_openai()))
        await response.write_eof()
        return response


async def _events(
    first: Piece, pieces: AsyncIterator[Piece], heading: Heading, wanted: ChatRequest
) -> AsyncIterator[bytes]:
    with_usage = wanted.stream_options is not None and wanted.stream_options.include_usage
    opening: dict[str, object] = {"role": "assistant", "content": "", "refusal": None}
    yield _event(heading.chunk(opening, with_usage=with_usage))
    piece = first
    while True:
        if piece.text:
            yield _event(heading.chunk({"content": piece.text}, with_usage=with_usage))
        if piece.end is not None:
            break
        try:
            piece = await anext(pieces)
        except StopAsyncIteration:
            raise Refused("the engine broke off", code="stream_interrupted", status=500) from None
    yield _event(heading.chunk({}, finish=piece.end.finish, with_usage=with_usage))
    if with_usage:
        yield _event(heading.usage_chunk(piece.end))
    yield b"data: [DONE]\n\n"


def _ended(piece: Piece) -> End:
    if piece.end is None:
        raise Refused("the engine gave no whole reply", code="engine_refused", status=500)
    return piece.end


def _check_model(name: str) -> None:
    if name != MODEL:
        raise Refused(
            f"there is no model {name!r} here, only {MODEL!r}", code="model_not_found", status=404, param="model"
        )


async def _check_schema(wanted: ChatRequest, engine: Engine, ids: list[int]) -> None:
    if wanted.schema is not None and not await engine.can_hold_to(wanted.schema, ids):
        raise Refused(
            "the engine cannot hold a reply to this schema: it is not a JSON Schema, refers to another document, "
            "or has a pattern that looks around",
            code="invalid_json_schema",
            param="response_format",
        )


def _json(body: dict[str, object], *, status: int = 200) -> web.Response:
    name = body.get("id")
    headers = {"X-Request-Id": name if isinstance(name, str) else f"req-{secrets.token_urlsafe(9)}"}
    return web.Response(body=msgspec.json.encode(body), status=status, content_type=_JSON, headers=headers)


def _refusal(refused: Refused) -> web.Response:
    return _json(refused.as_openai(), status=refused.status)


def _event(body: dict[str, object]) -> bytes:
    return b"data: " + msgspec.json.encode(body) + b"\n\n"
