"""Models behind a budget: every call of a run, whoever makes it, begins only while the budget has room for it.

At the limit no new call begins, those under way end and are kept, and whoever wants another one gets
``BudgetSpent``. What the figures are is ``budget.py``'s.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, runtime_checkable

from assay.engine.steps import Generates, goes_on
from assay.evaluate.budget import Budget, BudgetSpent, Estimate, check_price
from assay.models.price import reply_cost
from assay.models.retry import RetryPolicy
from assay.models.target import Target
from assay.models.types import Embeddings, Reply, Request

_CHARS_PER_TOKEN = 4
_FRAME_TOKENS = 4  # about what the form of a message adds


@runtime_checkable
class Halts(Protocol):
    """A client whose calls can be told not to begin any more, while they wait for their turn."""

    def halt(self, signal: Exception) -> None:
        """Give whoever waits the signal, and whoever comes."""
        ...

    def go_on(self) -> None:
        """Let calls begin again."""
        ...


class MeteredClient:
    """A client with a budget.

    Args:
        client: Makes the calls.
        budget: What may be spent.
    """

    def __init__(self, client: Generates, budget: Budget) -> None:
        self._client = client
        self._budget = budget
        self._priced: set[Target] = set()
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the time while a run goes on."""
        ends_s = self._budget.ends_s
        timer = asyncio.get_running_loop().call_at(ends_s, self._time_is_over) if ends_s is not None else None
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()
            if isinstance(self._client, Halts):
                self._client.go_on()

    async def generate(
        self,
        target: Target,
        request: Request,
        *,
        timeout_s: float = 120.0,
        policy: RetryPolicy | None = None,
        idempotency_key: str | None = None,
    ) -> Reply:
        """One reply, once the budget has room for it.

        Raises:
            BudgetSpent: It has not.
        """
        guess = sum(_FRAME_TOKENS + len(message.content) // _CHARS_PER_TOKEN for message in request.messages)
        estimate = self._estimate(target, guess, request.parameters.max_tokens)
        if not goes_on(idempotency_key):  # a call is not broken off between its first reply and the corrected one
            await self._enter(estimate)
        self._budget.begin(estimate)
        try:
            reply = await self._client.generate(
                target, request, timeout_s=timeout_s, policy=policy, idempotency_key=idempotency_key
            )
            self._budget.spend(target, estimate, reply.usage, reply_cost(target, reply).usd)
            return reply
        finally:
            self._budget.end(estimate)
            self._changed.set()

    async def embed(self, target: Target, texts: Sequence[str], *, timeout_s: float = 120.0) -> Embeddings:
        """A vector for each text, once the budget has room for it.

        Raises:
            BudgetSpent: It has not.
        """
        estimate = self._estimate(target, sum(len(text) for text in texts) // _CHARS_PER_TOKEN, 0)
        await self._enter(estimate)
        self._budget.begin(estimate)
        try:
            found = await self._client.embed(target, texts, timeout_s=timeout_s)
            paid = Reply(text="", model=found.model, usage=found.usage)
            self._budget.spend(target, estimate, found.usage, reply_cost(target, paid).usd)
            return found
        finally:
            self._budget.end(estimate)
            self._changed.set()

    def _estimate(self, target: Target, input_tokens: int, most_output: int | None) -> Estimate:
        if self._budget.priced and target not in self._priced:
            check_price(target)
            self._priced.add(target)
        return self._budget.estimate(target, input_tokens=input_tokens, most_output=most_output)

    async def _enter(self, estimate: Estimate) -> None:
        """Wait while calls under way may turn out to be smaller than was set aside for them."""
        budget = self._budget
        while budget.spent_on is None and not budget.fits(estimate):
            if not budget.under_way:
                budget.spent_on = budget.why(estimate)
                break
            self._changed.clear()
            await self._changed.wait()
        if budget.spent_on is not None:
            self._changed.set()
            raise BudgetSpent(budget.spent_on)

    def _time_is_over(self) -> None:
        budget = self._budget
        budget.spent_on = budget.spent_on or budget.why_time()
        self._changed.set()
        if isinstance(self._client, Halts):
            self._client.halt(BudgetSpent(budget.spent_on))
