"""Asking models on behalf of graders: each question is paid for once, and what it cost is put on the sample's bill.

A question is kept in the project's store under its content, like a reply of the prompt under test, so a run
that is taken up again, or graded anew, asks only what it has not asked. ``spending`` opens the bill of one sample.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

import msgspec

from assay.core.clock import Clock, stamp
from assay.core.errors import AssayError, BadInput, GraderFailed, ModelError, Unavailable
from assay.engine.steps import Generates
from assay.evaluate.alone import Alone
from assay.evaluate.ready import NotReady
from assay.evaluate.replies import Address, ReplyStore
from assay.evaluate.types import Judge, Spent
from assay.models.minilm import encoder
from assay.models.price import reply_cost
from assay.models.target import Target, parse_target
from assay.models.types import Message, Parameters, Reply, Request, Usage
from assay.models.wire.openai_embeddings import pack, unpack

_NAME_ONE = (
    "name one: 'judge: PROVIDER/MODEL' in the suite, 'judge' in the grader's entry, or the setting evaluate.judge"
)

EMBEDDER = f"embedded/{encoder.NAME}"
"""Who makes vectors where the grader names nobody."""


@dataclass(slots=True)
class Bill:
    """What one sample's graders have asked so far; a question answered from the store counts as well."""

    replies: list[tuple[Usage, Decimal | None]] = field(default_factory=list)

    def total(self) -> Spent | None:
        """The sums; None when nothing was asked."""
        if not self.replies:
            return None
        known = [cost for _, cost in self.replies if cost is not None]
        return Spent(
            calls=len(self.replies),
            input_tokens=_sum([usage.input for usage, _ in self.replies]),
            output_tokens=_sum([usage.output for usage, _ in self.replies]),
            cost_usd=f"{sum(known, Decimal(0)):f}" if len(known) == len(self.replies) else None,
        )


_bill: ContextVar[Bill | None] = ContextVar("bill", default=None)


@contextmanager
def spending(bill: Bill | None = None) -> Iterator[Bill]:
    """The bill that everything asked within the block is put on: a new one, or one that is open already."""
    bill = bill or Bill()
    token = _bill.set(bill)
    try:
        yield bill
    finally:
        _bill.reset(token)


def charge(usage: Usage, cost_usd: Decimal | None) -> None:
    """Put a reply on the bill that is open, if one is; a cost of None is unknown."""
    bill = _bill.get()
    if bill is not None:
        bill.replies.append((usage, cost_usd))


class Models(Protocol):
    """What graders reach models through."""

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        model: str | Target | None = None,
        parameters: Parameters | None = None,
        schema: dict[str, object] | None = None,
        repeat: int = 0,
    ) -> Reply:
        """One reply; see ``StoredModels.ask``."""
        ...

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> list[list[float]]:
        """A vector for each text."""
        ...

    async def embed_at(self, target: Target, texts: Sequence[str]) -> list[list[float]]:
        """The same, of a model at an address of its own."""
        ...


class StoredModels:
    """Models over the network, and every answer in the store.

    Args:
        client: Makes the calls.
        store: Keeps the replies.
        clock: Says when a reply came.
        judge: Who is asked where the grader names nobody; None for nobody.
        timeout_s: Longest time of one attempt.
        nonce: Set for a run that shall pay anew.

    Attributes:
        paid: How many questions were asked.
        found: How many were answered from the store.
        expected: The models that graders said they will ask.
    """

    def __init__(
        self,
        client: Generates,
        store: ReplyStore,
        *,
        clock: Clock,
        judge: Judge | None = None,
        timeout_s: float = 120.0,
        nonce: str = "",
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._judge = judge
        self._timeout_s = timeout_s
        self._nonce = nonce
        self._alone = Alone()
        self.paid = self.found = 0
        self.expected: list[Target] = []

    def expect(self, model: str | Target | None) -> None:
        """Say before the run that graders will ask this model; None is the suite's judge.

        Raises:
            BadInput: It is none, or none is named.
        """
        try:
            self.expected.append(self._target(model)[0])
        except GraderFailed as error:
            raise BadInput(error.what, hint=error.hint, code=error.code) from None

    def judge_of(self, model: Target | None, parameters: Parameters | None) -> tuple[Target | None, Parameters | None]:
        """Who answers where this model (or nobody) is named, and how it is sampled; None where there is no judge."""
        return who_judges(self._judge, model, parameters)

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        model: str | Target | None = None,
        parameters: Parameters | None = None,
        schema: dict[str, object] | None = None,
        repeat: int = 0,
    ) -> Reply:
        """One reply to these messages.

        Args:
            messages: What to ask.
            model: ``PROVIDER/MODEL`` or a whole target, or None for the suite's judge.
            parameters: How to sample; None for the judge's own, or a temperature of 0.
            schema: What the reply's text shall satisfy, for providers that can hold a model to it.
            repeat: Another number is another question, so that repeats are independent.

        Raises:
            GraderFailed: No model is named, or it gave no reply.
        """
        target, given = self._target(model)
        request = Request(
            model=target.model, messages=tuple(messages), parameters=parameters or given, response_schema=schema
        )
        return _billed(target, await self.call(target, request, repeat=repeat))

    async def call(self, target: Target, request: Request, *, repeat: int = 0, does: str = "grades") -> Reply:
        """One reply to a whole request; nobody is billed for it.

        Args:
            target: Whom to ask.
            request: What to ask.
            repeat: Another number is another question.
            does: What the model does, for messages.

        Raises:
            GraderFailed: It gave no reply.
        """
        address = self._address(target, request, repeat)
        async with self._alone.at(address):
            return await self._call(target, request, address, does)

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> list[list[float]]:
        """A vector for each text, all of one length.

        Args:
            texts: What to make vectors of.
            model: ``PROVIDER/MODEL`` of an embeddings model; None for the embedded one, which runs on this machine.

        Raises:
            GraderFailed: There is no model of that name that makes vectors.
        """
        if model is None or model == EMBEDDER:
            return await _embedded(texts)
        return await self.embed_at(_parsed(model), texts)

    async def embed_at(self, target: Target, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text from the embeddings model that a target names, with its own address and key.

        Raises:
            GraderFailed: It made none.
        """
        return list(await asyncio.gather(*(self._embed_one(target, text) for text in texts)))

    async def _embed_one(self, target: Target, text: str) -> list[float]:
        parts = ["embedded", target.provider, target.base_url, self._nonce, target.model, text]
        address = Address(parts).of((), 0)
        async with self._alone.at(address):
            reply = await self._call_embedder(target, text, address)
        return unpack(_billed(target, reply).text)

    async def _call_embedder(self, target: Target, text: str, address: bytes) -> Reply:
        stored = self._store.find(address)
        if stored is not None:
            return stored.replies[0]
        with _blamed(target, "makes vectors"):
            found = await self._client.embed(target, [text], timeout_s=self._timeout_s)
        reply = Reply(
            text=pack(found.vectors[0]),
            model=found.model,
            usage=found.usage,
            latency_ms=found.latency_ms,
            attempts=found.attempts,
        )
        self._store.keep(address, (reply,), fallback=False, at_utc=stamp(self._clock.now_utc()))
        return reply

    def _target(self, model: str | Target | None) -> tuple[Target, Parameters]:
        return _target_of(self._judge, model)

    def _address(self, target: Target, request: Request, repeat: int) -> bytes:
        parts = ["asked", target.provider, target.base_url, self._nonce, msgspec.to_builtins(request)]
        return Address(parts).of((), repeat)

    async def _call(self, target: Target, request: Request, address: bytes, does: str) -> Reply:
        stored = self._store.find(address)
        if stored is not None:
            self.found += 1
            return stored.replies[0]
        self.paid += 1
        with _blamed(target, does):
            reply = await self._client.generate(
                target, request, timeout_s=self._timeout_s, idempotency_key=address.hex()
            )
        self._store.keep(address, (reply,), fallback=False, at_utc=stamp(self._clock.now_utc()))
        return reply


def who_judges(
    judge: Judge | None, model: Target | None, parameters: Parameters | None
) -> tuple[Target | None, Parameters | None]:
    """Who answers, and how it is sampled; None where there is no judge.

    Args:
        judge: The suite's judge.
        model: The model that the grader names; None for the suite's judge.
        parameters: How the grader wants it sampled; None for the judge's own, or a temperature of 0.
    """
    if model is None and judge is None:
        return None, parameters
    target, given = _target_of(judge, model)
    return target, parameters or given


def _target_of(judge: Judge | None, model: str | Target | None) -> tuple[Target, Parameters]:
    if model is not None:
        return model if isinstance(model, Target) else _parsed(model), Parameters(temperature=0)
    if judge is None:
        raise GraderFailed("the grader asks a model, and none is named", hint=_NAME_ONE, code="grader.no_judge")
    return _parsed(judge.model, judge.base_url, judge.key), judge.parameters


def _parsed(name: str, base_url: str | None = None, key: str | None = None) -> Target:
    try:
        return parse_target(name, base_url=base_url, key=key)
    except AssayError as error:
        raise GraderFailed(error.what, hint=error.hint, code="grader.judge") from None


async def _embedded(texts: Sequence[str]) -> list[list[float]]:
    """Vectors of the model that runs on this machine."""
    try:
        return await encoder.embed(texts)
    except Unavailable as error:
        raise GraderFailed(error.what, hint=error.hint, code=error.code) from None


@contextmanager
def _blamed(target: Target, does: str) -> Iterator[None]:
    """What goes wrong in a call, as the failure of the grader that made it."""
    try:
        yield
    except ModelError as error:
        raise GraderFailed(
            f"the model {target} that {does} gave no reply: {error.what}", hint=error.hint, code="grader.model"
        ) from None
    except NotReady:
        raise
    except AssayError as error:
        raise GraderFailed(error.what, hint=error.hint, code=error.code) from None


def _billed(target: Target, reply: Reply) -> Reply:
    charge(reply.usage, reply_cost(target, reply).usd)
    return reply


def _sum(parts: Sequence[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
