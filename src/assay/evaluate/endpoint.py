"""JSON to and from an address that a grader names: with a time limit, retries, and secrets by reference in its headers.

An address gets what the suite's author sends it, and nothing else: no redirect is followed. Messages show its host.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
import msgspec

from assay.core.errors import AssayError, BadInput, GraderFailed
from assay.evaluate.answer_body import read_body
from assay.models.address import host_of, normalise_base_url
from assay.models.secret import resolve_secret

RETRIES = 2
PAUSE_S = 0.25
LONGEST_PAUSE_S = 10.0
MAX_ANSWER_BYTES = 10_000_000

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_REFERENCES = ("env:", "file:")


class Endpoints:
    """Makes the calls; the connections are opened at the first one, and end with ``close``."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, body: object, *, headers: Mapping[str, str], timeout_s: float, retries: int = RETRIES
    ) -> object:
        """What the address answers, as JSON.

        Args:
            url: The address.
            body: What to send, as JSON.
            headers: More of the request's head; a word ``env:NAME`` or ``file:PATH`` in a value is looked up.
            timeout_s: Longest time of one attempt.
            retries: How often to try again after no answer, or one that says that it is worth it.

        Raises:
            GraderFailed: There was no usable answer.
        """
        sent = {name: _revealed(value) for name, value in headers.items()}
        for attempt in range(retries + 1):
            try:
                status, told, pause_s = await self._once(url, body, sent, timeout_s)
            except (aiohttp.ClientError, OSError) as error:
                status, told, pause_s = 0, _why(error, timeout_s), None
            if 200 <= status < 300:
                return _decoded(url, told)
            if attempt == retries or (status and status not in _AGAIN):
                break
            await asyncio.sleep(min(LONGEST_PAUSE_S, PAUSE_S * 2**attempt if pause_s is None else pause_s))
        what = f"answered {status}" if status else told.decode()
        raise GraderFailed(f"{host_of(url)} {what}", hint="check the address, and that it runs", code="grader.endpoint")

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _once(
        self, url: str, body: object, headers: Mapping[str, str], timeout_s: float
    ) -> tuple[int, bytes, float | None]:
        """Status, body, and how long the address asks to wait."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        data = msgspec.json.encode(body, enc_hook=str)
        head = {"Content-Type": "application/json", **headers}
        async with self._session.post(url, data=data, headers=head, timeout=timeout, allow_redirects=False) as answer:
            payload = await read_body(answer, MAX_ANSWER_BYTES)
            return answer.status, payload, _pause(answer.headers.get("Retry-After"))


def check_endpoint(url: str, headers: Mapping[str, str], *, code: str) -> str:
    """The address, once it is seen to be one.

    Raises:
        BadInput: It is none, or a header cannot be one.
    """
    try:
        normalise_base_url(url)
    except BadInput as error:
        raise BadInput(error.what.replace("base address", "address"), hint=error.hint, code=code) from None
    for name, value in headers.items():
        if not name.isascii() or not name.replace("-", "").isalnum() or not value.isprintable():
            raise BadInput(f"{name!r} is no header", hint="write 'Name: value' with plain characters", code=code)
    return url


def _revealed(value: str) -> str:
    words = value.split(" ")
    try:
        return " ".join(resolve_secret(word).reveal() if word.startswith(_REFERENCES) else word for word in words)
    except AssayError as error:
        raise GraderFailed(error.what, hint=error.hint, code=error.code) from None


def _decoded(url: str, payload: bytes) -> object:
    try:
        found: object = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise GraderFailed(
            f"{host_of(url)} answered {len(payload):,} bytes that are not JSON",
            hint="it must answer with JSON",
            code="grader.endpoint",
        ) from None
    return found


def _why(error: Exception, timeout_s: float) -> bytes:
    if isinstance(error, TimeoutError):
        return f"gave no answer within {timeout_s:g} s".encode()
    return b"cannot be reached" if isinstance(error, aiohttp.ClientConnectorError) else b"broke the connection off"


def _pause(told: str | None) -> float | None:
    return float(told) if told is not None and told.isdecimal() else None
