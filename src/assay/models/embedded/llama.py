"""The engine: llama.cpp, loaded into this process, and asked over its own HTTP interface on loopback.

Its chat interface would read control tokens out of a message's content, so only its plain completion is
used, on token ids. Only the child imports this module.

The settings make a reply depend on its request alone. One reply at a time and one thread; flash attention on,
and at most 48 tokens a batch: below 64 each token's numbers come out the same to the last bit, however
many are evaluated together. So it makes no difference how much of a prompt was kept from an earlier call.
"""

import copy
import secrets
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
import xllamacpp

from assay.core.errors import ProviderFailed, Unavailable
from assay.models.embedded.answer import End, Piece
from assay.models.embedded.pool import SLOTS
from assay.models.embedded.refusal import Refused

_BATCH_TOKENS = 48
_ILLEGAL = "~"  # no JSON text begins with it
_KNOWN_SCHEMAS = 256
_KNOWN_TEXTS = 2048
_KNOWN_TEXT_CHARS = 4000
K = TypeVar("K")
V = TypeVar("V")

_EVENT = b"data: "
_READ_BYTES = 1024 * 1024


class EngineGone(ProviderFailed):
    """The engine does not answer any more; the child has to end."""


class _Timings(msgspec.Struct, frozen=True):
    cache_n: int = 0


class _Completion(msgspec.Struct, frozen=True):
    content: str
    stop: bool = True
    stop_type: str = "none"
    tokens_evaluated: int = 0
    tokens_predicted: int = 0
    timings: _Timings = _Timings()


class _Tokens(msgspec.Struct, frozen=True):
    tokens: list[int]


class _Complaint(msgspec.Struct, frozen=True):
    message: str = "no reason given"


class _Error(msgspec.Struct, frozen=True):
    error: _Complaint = _Complaint()


class Llama:
    """One engine with its own copy of the model.

    Args:
        session: Speaks to it.
        server: The engine; it lives as long as this object does.
        key: What it asks of those who call it.
    """

    def __init__(self, session: aiohttp.ClientSession, server: xllamacpp.Server, *, key: str) -> None:
        self._session = session
        self._server = server
        self._address = str(server.listening_address)
        self._headers = {"Authorization": f"Bearer {key}"}
        self._slot = 0
        self._texts: dict[str, list[int]] = {}
        self._schemas: dict[bytes, bool] = {}

    def at(self, slot: int) -> "Llama":
        """The same engine, with what comes evaluated in that slot."""
        same = copy.copy(self)
        same._slot = slot  # noqa: SLF001 - its own class
        return same

    async def tokenise(self, text: str) -> list[int]:
        """The tokens of a text; control tokens in it are read as text."""
        if (known := self._texts.get(text)) is not None:
            return known
        body = {"content": text, "add_special": False, "parse_special": False}
        found = msgspec.json.decode(await self._ask("/tokenize", body), type=_Tokens).tokens
        if len(text) <= _KNOWN_TEXT_CHARS:
            _remember(self._texts, text, found, most=_KNOWN_TEXTS)
        return found

    async def can_hold_to(self, schema: dict[str, object], ids: Sequence[int]) -> bool:
        """Whether decoding can be held to a schema.

        The engine does not say: it answers in free text where it cannot. So it is made to want a token that no JSON
        begins with, and refuses it only if it holds to the schema.
        """
        name = msgspec.json.encode(schema, order="sorted")
        if (known := self._schemas.get(name)) is not None:
            return known
        (illegal,) = await self.tokenise(_ILLEGAL)
        body = {"prompt": list(ids), "n_predict": 1, "json_schema": schema, "logit_bias": [[illegal, 1000.0]]}
        answer = await self.complete({**body, "samplers": ["top_k"], "top_k": 1, "temperature": 0.0})
        holds = not answer.text.startswith(_ILLEGAL)
        _remember(self._schemas, name, holds, most=_KNOWN_SCHEMAS)
        return holds

    async def complete(self, body: dict[str, object]) -> Piece:
        """The whole reply."""
        return _piece(await self._ask("/completion", {**body, "stream": False, "id_slot": self._slot}))

    async def stream(self, body: dict[str, object]) -> AsyncGenerator[Piece, None]:
        """The reply in pieces; leaving early stops the engine."""
        try:
            async with self._session.post(
                self._address + "/completion",
                json={**body, "stream": True, "id_slot": self._slot},
                headers=self._headers,
            ) as answer:
                if answer.status != 200:
                    raise _refusal(answer.status, await answer.read())
                async for line in answer.content:
                    if line.startswith(_EVENT):
                        yield _piece(line[len(_EVENT) :])
        except aiohttp.ClientError as error:
            raise EngineGone("the engine broke off", code="embedded.engine") from error

    async def _ask(self, path: str, body: dict[str, object]) -> bytes:
        try:
            async with self._session.post(self._address + path, json=body, headers=self._headers) as answer:
                said = await answer.read()
        except aiohttp.ClientError as error:
            raise EngineGone("the engine does not answer", code="embedded.engine") from error
        if answer.status != 200:
            raise _refusal(answer.status, said)
        return said


def open_session() -> aiohttp.ClientSession:
    """What speaks to engines; a reply may take as long as it takes."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0),
        json_serialize=lambda body: msgspec.json.encode(body).decode(),
        read_bufsize=_READ_BYTES,
        connector=aiohttp.TCPConnector(limit=0),
    )


def start_engine(weights: Path, *, context_tokens: int, session: aiohttp.ClientSession) -> Llama:
    """Load the model; takes some 0.3 s, in which this process does nothing else.

    Raises:
        Unavailable: The engine cannot load it.
    """
    key = secrets.token_urlsafe(24)
    try:
        server = xllamacpp.Server(_parameters(weights, context_tokens, key))
    except (RuntimeError, ValueError) as error:
        raise Unavailable(
            f"the engine cannot load {weights}: {error}",
            hint="run 'assay models get' to install the weights again",
            code="embedded.load",
        ) from error
    return Llama(session, server, key=key)


def _parameters(weights: Path, context_tokens: int, key: str) -> xllamacpp.CommonParams:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = context_tokens * SLOTS
    parameters.n_parallel = SLOTS
    parameters.kv_unified = False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.n_batch = parameters.n_ubatch = _BATCH_TOKENS
    parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    parameters.cache_ram_mib = 0  # the slots keep the prompts
    parameters.n_ctx_checkpoints = 0
    parameters.fit_params = False
    parameters.warmup = False
    parameters.verbosity = 0
    # Its own interface is on loopback too, for this process alone: a key, no pages, no leave for other sites.
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.cors_origins = ""
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.n_threads_http = 4
    return parameters


def _piece(said: bytes) -> Piece:
    try:
        found = msgspec.json.decode(said, type=_Completion)
    except msgspec.DecodeError:
        raise _refusal(500, said) from None
    if not found.stop:
        return Piece(text=found.content)
    return Piece(
        text=found.content,
        end=End(
            finish="length" if found.stop_type == "limit" else "stop",
            prompt_tokens=found.tokens_evaluated,
            cached_tokens=found.timings.cache_n,
            output_tokens=found.tokens_predicted,
        ),
    )


def _refusal(status: int, said: bytes) -> Refused:
    try:
        what = msgspec.json.decode(said, type=_Error).error.message
    except msgspec.DecodeError:
        what = f"the engine answered with status {status}"
    return Refused(what, code="engine_refused", status=400 if status == 400 else 500)


def _remember(known: dict[K, V], key: K, value: V, *, most: int) -> None:
    """Keep it, and let go of the oldest where there are too many."""
    known[key] = value
    if len(known) > most:
        del known[next(iter(known))]
