"""The client: one model call, whole or streamed, with its time limits, its retries and its connections.

It joins what the pure parts know: where to (``route.py``), in which format (``wire/``), what failed
(``failure.py``), when a call may begin and when to try again (``attempts.py``). It caches no reply and knows
no prompt. What a reply cost is ``price.py``'s.
"""

import asyncio
import contextlib
import io
import os
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self

import aiohttp
import msgspec
from multidict import CIMultiDict

from assay.core.clock import Clock, SystemClock
from assay.core.errors import ConnectionFailed, MalformedReply, ModelError, TimedOut, Unavailable
from assay.core.events import Events
from assay.models.accounts import Accounts
from assay.models.attempts import Attempts, size_of
from assay.models.failure import Answer, failure_from_answer
from assay.models.limit.account import Caps, Permit
from assay.models.limit.quota import read_limits
from assay.models.provider import providers
from assay.models.retry import HUNG_UP, RetryPolicy
from assay.models.route import EmbeddedEndpoint, Route, Routes
from assay.models.target import Target
from assay.models.types import Delta, Embeddings, Reply, Request
from assay.models.wire import openai_embeddings as embeddings
from assay.models.wire.decoder import Decoder
from assay.models.wire.family import wire_of

_AFTER_THE_END_S = 0.25  # how long a finished stream's own end is waited for, so that its connection can be kept


_SENT_AT_ONCE_BYTES = 512 * 1024


class ConnectionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How connections are made.

    Attributes:
        max_connections: Most connections at once; 0 for as many as there are calls under way.
        connect_timeout_s: Longest time to connect, TLS included.
        idle_s: How long a connection is kept for the next call.
        trust_env: Whether proxies are taken from the environment (``HTTPS_PROXY`` and its kin).
    """

    max_connections: int = 0
    connect_timeout_s: float = 10.0
    idle_s: float = 15.0
    trust_env: bool = False


class StreamLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a stream may take: in all, until its first byte, and between two pieces."""

    total_s: float = 600.0
    first_byte_s: float = 60.0
    idle_s: float = 30.0


_DEFAULT_STREAM_LIMITS = StreamLimits()


class _Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A stream whose first piece has come."""

    answer: aiohttp.ClientResponse
    first: bytes
    route: Route
    started_s: float
    deadline_s: float


class ModelClient:
    """Calls models. An async context manager that holds the connections; one serves any number of calls.

    Args:
        limits: How connections are made.
        policy: When to try again, for calls that do not say it themselves.
        caps: What is allowed for each account (a provider at an address with one key).
        events: Told of accounts that are left out (``accounts.AccountLeftOut``), if given.
        embedded_endpoint: Where the embedded model is; without it, that provider is unavailable.
        clock: Measures latency.
        sleep: Waits between attempts.
        random: Draws uniformly from [0, 1); spreads the pauses.
    """

    def __init__(
        self,
        limits: ConnectionLimits | None = None,
        *,
        policy: RetryPolicy | None = None,
        caps: Caps | None = None,
        events: Events | None = None,
        embedded_endpoint: EmbeddedEndpoint | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] | None = None,
    ) -> None:
        self._limits = limits or ConnectionLimits()
        self._policy = policy or RetryPolicy()
        self._routes = Routes(embedded_endpoint=embedded_endpoint)
        self._clock = clock or SystemClock()
        self._attempts = Attempts(
            Accounts(caps or Caps()),
            clock=self._clock,
            sleep=sleep,
            random=random or secrets.SystemRandom().random,
            events=events,
        )
        self._open_session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        limits = self._limits
        connector = aiohttp.TCPConnector(
            limit=limits.max_connections, keepalive_timeout=limits.idle_s, ttl_dns_cache=60
        )
        self._open_session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=limits.trust_env
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._open_session = self._session, None
        self._attempts.close()
        await session.close()

    async def generate(
        self,
        target: Target,
        request: Request,
        *,
        timeout_s: float = 120.0,
        policy: RetryPolicy | None = None,
        idempotency_key: str | None = None,
    ) -> Reply:
        """One reply, retries included.

        Args:
            target: Whom to ask; the model asked for is ``request.model``.
            request: What to ask.
            timeout_s: Longest time of one attempt, from connecting to the last byte.
            policy: When to try again.
            idempotency_key: Sent with every attempt, so that a server that knows it answers only once.

        Raises:
            ModelError: There is no usable reply; its ``attempts`` says how many requests were sent.
            BadInput: The target, its key or the request is wrong; nothing was sent.
            Unavailable: The embedded model cannot be started.
        """
        provider = providers.get(target.provider)
        body = wire_of(provider.family).encode(request, provider.quirks)

        async def attempt(target: Target, permit: Permit) -> Reply:
            route = await self._routes.find(target, request.model)
            return await self._exchange(route, body, timeout_s, idempotency_key, permit)

        size = size_of(body, request.parameters.max_tokens)
        reply, permit, attempts = await self._attempts.make(
            target, request.model, size, policy or self._policy, attempt
        )
        self._attempts.succeed(permit, reply.usage)
        return reply if attempts == 1 else msgspec.structs.replace(reply, attempts=attempts)

    async def embed(
        self,
        target: Target,
        texts: Sequence[str],
        *,
        extra: dict[str, object] | None = None,
        timeout_s: float = 120.0,
        policy: RetryPolicy | None = None,
    ) -> Embeddings:
        """A vector for each text, retries included.

        Args:
            target: Whom to ask.
            texts: What to make vectors of, at least one.
            extra: Further fields of the request, such as ``dimensions``.
            timeout_s: Longest time of one attempt.
            policy: When to try again.

        Raises:
            ModelError, BadInput, Unavailable: As ``generate``.
        """
        body = embeddings.encode(target.model, texts, extra)

        async def attempt(target: Target, permit: Permit) -> Embeddings:
            route = await self._routes.find(target, target.model, embeddings.PATH)
            _, payload, latency_ms = await self._post(route, body, timeout_s, None, permit)
            found = embeddings.decode(payload, count=len(texts), secret=route.secret)
            return msgspec.structs.replace(found, latency_ms=latency_ms)

        found, permit, attempts = await self._attempts.make(
            target, target.model, size_of(body, 0), policy or self._policy, attempt
        )
        self._attempts.succeed(permit, found.usage)
        return msgspec.structs.replace(found, attempts=attempts)

    async def stream(
        self,
        target: Target,
        request: Request,
        *,
        limits: StreamLimits | None = None,
        policy: RetryPolicy | None = None,
        idempotency_key: str | None = None,
    ) -> AsyncGenerator[Delta, None]:
        """The reply in pieces of text; the last piece carries the whole reply instead.

        A failure before the first byte is retried as in ``generate``; one after it is raised. Whoever stops
        early closes the generator (``contextlib.aclosing``), and with it the connection.

        Raises:
            ModelError, BadInput, Unavailable: As ``generate``.
        """
        limits = limits or _DEFAULT_STREAM_LIMITS
        provider = providers.get(target.provider)
        body = wire_of(provider.family).encode(request, provider.quirks, stream=True)

        async def attempt(target: Target, permit: Permit) -> _Opened:
            route = await self._routes.find(target, request.model)
            return await self._open(route, body, limits, idempotency_key, permit)

        size = size_of(body, request.parameters.max_tokens)
        opened, permit, attempts = await self._attempts.make(
            target, request.model, size, policy or self._policy, attempt
        )
        reply: Reply | None = None
        try:
            async with contextlib.aclosing(self._deltas(opened, limits, attempts)) as deltas:
                async for delta in deltas:
                    reply = delta.reply
                    yield delta
        except ModelError as error:
            error.attempts = attempts
            raise
        finally:
            opened.answer.close()
            if reply is None:
                self._attempts.drop(permit)
            else:
                self._attempts.succeed(permit, reply.usage)

    def halt(self, signal: Exception) -> None:
        """Let no request be sent any more: calls that wait for their turn, or for another attempt, get the signal.

        Those under way end as they would have.
        """
        self._attempts.halt(signal)

    def go_on(self) -> None:
        """Let requests be sent again."""
        self._attempts.go_on()

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._open_session is None:
            raise Unavailable(
                "the model client is not open",
                hint="use it as a context manager: async with ModelClient() as client",
                code="model.client_closed",
            )
        return self._open_session

    async def _exchange(
        self, route: Route, body: bytes, timeout_s: float, idempotency_key: str | None, permit: Permit
    ) -> Reply:
        answer, payload, latency_ms = await self._post(route, body, timeout_s, idempotency_key, permit)
        wire = wire_of(route.provider.family)
        reply = wire.decode(payload, content_type=_content_type(answer), secret=route.secret)
        return msgspec.structs.replace(reply, latency_ms=latency_ms, request_id=_request_id(answer))

    async def _post(
        self, route: Route, body: bytes, timeout_s: float, idempotency_key: str | None, permit: Permit
    ) -> tuple[aiohttp.ClientResponse, bytes, float]:
        """The head and the body of a success, and how long it took in milliseconds."""
        headers = _head(route, idempotency_key)
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=self._limits.connect_timeout_s)
        started_s = self._clock.monotonic_s()
        try:
            async with self._session.post(
                route.url, data=_upload(body), headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                payload = await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            raise self._broken(error, route, timeout_s) from None
        ended_s = self._clock.monotonic_s()
        permit.told = read_limits(answer.headers, now_utc=self._clock.now_utc)
        self._check_status(answer, payload, route)
        return answer, payload, (ended_s - started_s) * 1000

    async def _open(
        self, route: Route, body: bytes, limits: StreamLimits, idempotency_key: str | None, permit: Permit
    ) -> _Opened:
        headers = _head(route, idempotency_key)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_timeout_s)
        wait_s = min(limits.first_byte_s, limits.total_s)
        deadline_s = asyncio.get_running_loop().time() + limits.total_s
        started_s = self._clock.monotonic_s()
        try:
            async with asyncio.timeout(wait_s):
                answer = await self._session.post(
                    route.url, data=_upload(body), headers=headers, timeout=timeout, allow_redirects=False
                )
                first = await _first_piece(answer)
        except (aiohttp.ClientError, OSError) as error:
            raise self._broken(error, route, wait_s) from None
        permit.told = read_limits(answer.headers, now_utc=self._clock.now_utc)
        self._check_status(answer, first, route)
        if not first:
            raise ConnectionFailed(f"the stream from {route.host} ended before it began", code="model.cut")
        return _Opened(answer=answer, first=first, route=route, started_s=started_s, deadline_s=deadline_s)

    async def _deltas(self, opened: _Opened, limits: StreamLimits, attempts: int) -> AsyncGenerator[Delta, None]:
        wire = wire_of(opened.route.provider.family)
        decoder = wire.open_stream(content_type=_content_type(opened.answer), secret=opened.route.secret)
        first_token_s: float | None = None
        piece = opened.first
        while piece:
            text = decoder.feed(piece)
            if text:
                first_token_s = self._clock.monotonic_s() if first_token_s is None else first_token_s
                yield Delta(text=text)
            piece = await self._next_piece(opened, limits, decoder)
        reply = decoder.end()
        ended_s, started_s = self._clock.monotonic_s(), opened.started_s
        if first_token_s is None and reply.text:
            yield Delta(text=reply.text)
        yield Delta(
            reply=msgspec.structs.replace(
                reply,
                latency_ms=(ended_s - started_s) * 1000,
                first_token_ms=None if first_token_s is None else (first_token_s - started_s) * 1000,
                request_id=_request_id(opened.answer),
                attempts=attempts,
            )
        )

    async def _next_piece(self, opened: _Opened, limits: StreamLimits, decoder: Decoder) -> bytes:
        """The next bytes; b"" at the end, and where nothing more comes of a reply that is whole already."""
        left_s = opened.deadline_s - asyncio.get_running_loop().time()
        wait_s = _AFTER_THE_END_S if decoder.done else min(limits.idle_s, left_s)
        try:
            async with asyncio.timeout(max(0.0, wait_s)):
                return await opened.answer.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            if decoder.whole:
                return b""
            if isinstance(error, TimeoutError):
                what = f"the stream from {opened.route.host} stood still for {limits.idle_s:g} s"
                if left_s < limits.idle_s:
                    what = f"the stream from {opened.route.host} took longer than {limits.total_s:g} s"
                raise TimedOut(what, code="model.stream_timed_out") from None
            what = f"the stream from {opened.route.host} broke off before the reply was whole"
            raise ConnectionFailed(what, code="model.connection_broke") from None

    def _check_status(self, answer: aiohttp.ClientResponse, payload: bytes, route: Route) -> None:
        if 200 <= answer.status < 300:
            return
        head = Answer(status=answer.status, headers=answer.headers, at_utc=self._clock.now_utc())
        error = failure_from_answer(head, wire_of(route.provider.family).decode_complaint(payload), secret=route.secret)
        if answer.status == 401 and route.secret is None:
            error.hint = "no key was sent: name one, such as --key-env OPENAI_API_KEY"
        raise error

    def _broken(self, error: Exception, route: Route, wait_s: float) -> ModelError:
        """The error for a connection that could not be made or did not hold."""
        host = route.host
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            limit_s = self._limits.connect_timeout_s
            return TimedOut(f"no connection to {host} within {limit_s:g} s", code="model.connect_timed_out")
        if isinstance(error, TimeoutError):
            return TimedOut(f"no answer from {host} within {wait_s:g} s", code="model.timed_out")
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            failed = ConnectionFailed(
                f"the certificate of {host} is not one that this machine trusts",
                hint="check the address; a private authority's certificates are named by SSL_CERT_FILE",
                code="model.certificate",
            )
            failed.retryable = False
            return failed
        if isinstance(error, aiohttp.ClientConnectorError):
            code = error.os_error.errno or 0
            reason = os.strerror(code) if code > 0 else error.os_error.strerror or "it cannot be made"
            hint = "check the base address, and that the server runs"
            return ConnectionFailed(f"no connection to {host}: {reason}", hint=hint, code="model.no_connection")
        if isinstance(error, aiohttp.ClientResponseError):
            return MalformedReply(f"the answer of {host} is not in the form of HTTP", code="model.malformed_http")
        if isinstance(
            error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | aiohttp.ClientConnectionResetError
        ):
            return ConnectionFailed(f"{host} closed the connection without an answer", code=HUNG_UP)
        return ConnectionFailed(
            f"the connection to {host} broke before the answer was whole", code="model.connection_broke"
        )


def _upload(body: bytes) -> bytes | io.BytesIO:
    """The body; a large one as a file, which is sent in parts with room for other calls between them."""
    return body if len(body) <= _SENT_AT_ONCE_BYTES else io.BytesIO(body)


def _head(route: Route, idempotency_key: str | None) -> CIMultiDict[str]:
    if idempotency_key is None:
        return route.headers
    return CIMultiDict([*route.headers.items(), ("Idempotency-Key", idempotency_key)])


async def _first_piece(answer: aiohttp.ClientResponse) -> bytes:
    """The first bytes of a success, and the whole body of anything else."""
    try:
        return await (answer.content.readany() if 200 <= answer.status < 300 else answer.read())
    except BaseException:
        answer.close()
        raise


def _request_id(answer: aiohttp.ClientResponse) -> str | None:
    return answer.headers.get("x-request-id") or answer.headers.get("request-id")


def _content_type(answer: aiohttp.ClientResponse) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip()[:60]
