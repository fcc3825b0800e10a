"""What providers answered: asked once for each content, kept in the project's store, and taken from there after that.

A repeat is another question. What costs nothing is not kept, and neither is an error.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from time import perf_counter
from typing import Any

import msgspec

from assay.core.clock import Clock, stamp
from assay.core.errors import BadInput, GraderFailed, ModelError
from assay.evaluate.alone import Alone
from assay.evaluate.asking import charge
from assay.evaluate.promptfoo.providers.caller import Asked, Caller, Given
from assay.evaluate.promptfoo.providers.open import open_caller
from assay.evaluate.promptfoo.script_text import json_text
from assay.evaluate.promptfoo.types import ProviderSpec, Response
from assay.evaluate.replies import Address, ReplyStore
from assay.evaluate.runner import Progress
from assay.models.types import Reply, Usage

_encode = msgspec.json.Encoder(enc_hook=str).encode
_decode = msgspec.json.Decoder(Response).decode


class Responses:
    """Calls providers.

    Args:
        given: What providers are made with.
        store: Where replies are kept.
        clock: Says when one came.
        progress: Counts what was called and what was there.
        nonce: Set for a run that shall pay anew.
    """

    def __init__(self, given: Given, store: ReplyStore, *, clock: Clock, progress: Progress, nonce: str) -> None:
        self._given = given
        self._store = store
        self._clock = clock
        self._progress = progress
        self._nonce = nonce
        self._callers: dict[str, Caller] = {}
        self._alone = Alone()

    def address(self, spec: ProviderSpec, asked: Asked, *, original: ProviderSpec | None = None) -> bytes:
        """The content address of a question."""
        shaping = self._caller(spec, original).shaping(asked)
        parts = ["promptfoo", spec.identity(), shaping, self._nonce, asked.text]
        return Address([json_text(parts)]).of((), asked.repeat)

    async def of(self, spec: ProviderSpec, asked: Asked, *, original: ProviderSpec | None = None) -> Response:
        """The answer.

        Args:
            spec: Who is asked.
            asked: What.
            original: The column's own provider, where another one is asked in its place.

        Raises:
            ModelError, GraderFailed: There is none.
        """
        caller = self._caller(spec, original)
        if not caller.kept:
            return await _timed(caller.call(asked))
        address = self.address(spec, asked, original=original)
        async with self._alone.at(address):
            return await self._kept(caller, address, asked)

    async def judged(self, judge: ProviderSpec, asked: Asked) -> Response:
        """What a judge answers; it is put on the sample's bill.

        Raises:
            GraderFailed: It gives no answer.
        """
        try:
            found = await self.of(judge, asked)
        except ModelError as error:
            raise _silent(judge, error.what, error.hint) from None
        charge(_usage(found), None if found.cost is None else Decimal(str(found.cost)))
        if found.error is not None:
            raise _silent(judge, found.error)
        return found

    async def _kept(self, caller: Caller, address: bytes, asked: Asked) -> Response:
        stored = self._store.find(address)
        if stored is not None:
            self._progress.reused += 1
            return _decode(stored.replies[0].text)
        self._progress.made += 1
        found = await _timed(caller.call(replace(asked, key=address.hex())))
        if found.error is None:
            self._store.keep(address, (_reply(found),), fallback=False, at_utc=stamp(self._clock.now_utc()))
        return found

    def _caller(self, spec: ProviderSpec, original: ProviderSpec | None) -> Caller:
        key = json_text([spec.identity(), original.identity() if original is not None else None])
        if key not in self._callers:
            other = None if original is None else self._caller(original, None)
            self._callers[key] = open_caller(spec, self._given, original=other)
        return self._callers[key]


async def _timed(call: Awaitable[Response]) -> Response:
    began_s = perf_counter()
    found = await call
    if found.latencyMs is not None:
        return found
    return msgspec.structs.replace(found, latencyMs=round((perf_counter() - began_s) * 1000, 3))


def _silent(judge: ProviderSpec, why: str, hint: str | None = None) -> GraderFailed:
    return GraderFailed(f"the judge {judge.name!r} gave no reply: {why}", hint=hint, code="promptfoo.judge")


def _usage(found: Response) -> Usage:
    told: Mapping[str, Any] = found.tokenUsage
    return Usage(input=told.get("prompt"), output=told.get("completion"))


def _reply(found: Response) -> Reply:
    return Reply(
        text=_encode(found).decode(),
        model="promptfoo",
        usage=_usage(found),
        latency_ms=found.latencyMs or 0.0,
    )


def find_provider(value: Any, configured: list[ProviderSpec], make: Callable[[Any], ProviderSpec]) -> ProviderSpec:
    """The provider that a test or an assertion names: one of the configuration's by label or id, or one of its own.

    Raises:
        BadInput: It is neither text nor a mapping.
    """
    if isinstance(value, str):
        for spec in configured:
            if value in {spec.label, spec.id}:
                return spec
    if isinstance(value, str | dict):
        return make(value)
    raise BadInput("a provider is neither text nor a mapping", hint="write its id", code="promptfoo.provider")
