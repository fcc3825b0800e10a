"""A client behind a budget: nothing begins beyond it, and what is under way ends."""

import asyncio
from decimal import Decimal

import pytest

from assay.core.errors import BadInput, ProviderFailed
from assay.evaluate.budget import Budget, BudgetSpent
from assay.evaluate.metered import MeteredClient
from assay.evaluate.types import BudgetSpec
from assay.models.client import ModelClient
from assay.models.limit.account import Caps
from assay.models.target import parse_target
from assay.models.types import Embeddings, Message, Parameters, Reply, Request, Usage
from assay.testing.fake_provider import FakeProvider, Fault

MINI = parse_target("openai/gpt-4o-mini")
HELLO = Request(model="m", messages=(Message(role="user", content="hello"),), parameters=Parameters(max_tokens=10))


class Answers:
    """A client that answers after a while, with the usage that it is given."""

    def __init__(self, usage: Usage, *, fails: bool = False) -> None:
        self.usage, self.fails, self.calls, self.at_once, self.most = usage, fails, 0, 0, 0

    async def generate(self, target, request, *, timeout_s=1.0, policy=None, idempotency_key=None) -> Reply:
        self.calls += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if self.fails:
            raise ProviderFailed("no", code="model.provider_failed")
        return Reply(text="x", model=request.model, usage=self.usage)

    async def embed(self, target, texts, *, timeout_s=1.0) -> Embeddings:
        self.calls += 1
        return Embeddings(vectors=tuple([0.0] for _ in texts), model=target.model, usage=self.usage)


async def spend(client, count, target=MINI, **more):
    """So many calls at once: how many were answered, and what the others were told."""
    found = await asyncio.gather(
        *(client.generate(target, HELLO, **more) for _ in range(count)), return_exceptions=True
    )
    return sum(isinstance(one, Reply) for one in found), [one for one in found if not isinstance(one, Reply)]


async def test_calls_begin_until_the_next_one_would_not_fit():
    answers = Answers(Usage(input=2, output=8))
    client = MeteredClient(answers, Budget(BudgetSpec(tokens=105)))
    answered, refused = await spend(client, 50)

    assert answered == answers.calls
    assert 8 <= answered <= 10
    assert {type(one) for one in refused} == {BudgetSpent}
    assert len(refused) == 50 - answered


async def test_money_is_kept_to_the_cent():
    answers = Answers(Usage(input=1_000, output=1_000))  # 0.15 and 0.60 dollars a million
    budget = Budget(BudgetSpec(cost_usd=Decimal("0.0100")))
    answered, _ = await spend(MeteredClient(answers, budget), 30)

    assert answered == answers.calls
    assert Decimal("0.0075") <= budget.cost_usd <= Decimal("0.0240")


async def test_a_call_that_is_under_way_may_correct_its_reply():
    answers = Answers(Usage(input=5, output=5))
    client = MeteredClient(answers, Budget(BudgetSpec(tokens=18)))
    await client.generate(MINI, HELLO, idempotency_key="abc")
    await client.generate(MINI, HELLO, idempotency_key="abc-1")

    with pytest.raises(BudgetSpent):
        await client.generate(MINI, HELLO, idempotency_key="def")


async def test_a_call_that_fails_sets_nothing_aside_for_good():
    answers = Answers(Usage(), fails=True)
    client = MeteredClient(answers, Budget(BudgetSpec(tokens=18)))
    _, failed = await spend(client, 5)

    assert {type(one) for one in failed} == {ProviderFailed}
    assert answers.calls == 5


async def test_a_model_without_a_price_is_refused_where_money_is_limited():
    client = MeteredClient(Answers(Usage()), Budget(BudgetSpec(cost_usd=Decimal(1))))
    with pytest.raises(BadInput, match="the price of openai-compatible/m is unknown"):
        await client.generate(parse_target("openai-compatible/m", base_url="http://127.0.0.1:1"), HELLO)


def timed(client, time_s):
    return MeteredClient(client, Budget(BudgetSpec(time_s=time_s), began_s=asyncio.get_running_loop().time()))


async def test_when_the_time_is_over_calls_under_way_end_and_those_that_wait_do_not_begin():
    async with FakeProvider("fine", latency_s=0.2) as fake, ModelClient(caps=Caps(concurrency=3)) as inner:
        client = timed(inner, 0.1)
        target = parse_target("openai-compatible/m", base_url=fake.base_url)
        async with client.running():
            answered, refused = await spend(client, 10, target)

    assert (answered, len(refused), len(fake.requests)) == (3, 7, 3)
    assert str(refused[0]) == "the time of 0.1\u00a0s is over"


async def test_the_end_of_the_time_is_not_slept_through_between_two_attempts():
    wait = Fault(status=429, headers={"retry-after": "50"})
    async with FakeProvider(script=[wait] * 2) as fake, FakeProvider() as other, ModelClient() as inner:
        client = timed(inner, 0.15)
        async with asyncio.timeout(5), client.running():
            _, refused = await spend(client, 2, parse_target("openai-compatible/m", base_url=fake.base_url))
        again = await inner.generate(parse_target("openai-compatible/m", base_url=other.base_url), HELLO)

    assert {type(one) for one in refused} == {BudgetSpent}
    assert again.text == "hello"


async def test_vectors_are_paid_for_out_of_the_same_budget():
    answers = Answers(Usage(input=50))
    budget = Budget(BudgetSpec(tokens=120))
    client = MeteredClient(answers, budget)
    for _ in range(2):
        await client.embed(MINI, ["a" * 200])

    with pytest.raises(BudgetSpent):
        await client.embed(MINI, ["a" * 200])

    assert (answers.calls, budget.tokens) == (2, 100)
