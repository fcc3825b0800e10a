"""Accounts as calls see them: several keys, keys that fail, limits that a server really keeps."""

import asyncio
import time

import pytest

from assay.core.errors import BadInput, ProviderRejected, RateLimited
from assay.core.events import Events
from assay.models.accounts import AccountLeftOut, CallsWait
from assay.models.client import ModelClient
from assay.models.limit.account import Caps
from assay.models.retry import RetryPolicy
from assay.models.target import parse_target
from assay.testing.fake_provider import FakeProvider, Fault

QUICK = RetryPolicy(max_attempts=2, first_pause_s=0.01)


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    for name in ("A", "B", "C"):
        monkeypatch.setenv(f"KEY_{name}", f"key-of-{name}-0123456789")


def at(fake, key="env:KEY_A,env:KEY_B"):
    return parse_target("openai-compatible/m", base_url=fake.base_url, key=key)


def shown(fake):
    return [request.headers["authorization"].split("-")[2] for request in fake.requests]


async def ask_often(client, target, ask, count):
    return await asyncio.gather(*(client.generate(target, ask(), policy=QUICK) for _ in range(count)))


async def test_several_keys_share_the_calls(ask):
    async with FakeProvider(latency_s=0.01) as fake, ModelClient() as client:
        await ask_often(client, at(fake), ask, 60)

    assert shown(fake).count("A") == shown(fake).count("B") == 30


async def test_a_key_that_is_refused_is_left_out_with_a_sentence_and_nothing_is_lost(ask):
    events, told = Events(), []
    events.subscribe(AccountLeftOut, told.append)
    async with FakeProvider("fine", key="key-of-B-0123456789") as fake, ModelClient(events=events) as client:
        replies = await ask_often(client, at(fake), ask, 40)
        before = shown(fake).count("A")
        await ask_often(client, at(fake), ask, 40)

    assert {reply.text for reply in replies} == {"fine"}
    assert shown(fake).count("A") == before
    (event,) = told
    assert str(event) == (
        "the key env:KEY_A is left out: the provider rejected the call (401 Unauthorized): "
        "Incorrect API key provided; the other one goes on"
    )


async def test_when_every_key_is_refused_the_refusal_is_the_error(ask):
    async with FakeProvider(key="another") as fake, ModelClient() as client:
        found = await asyncio.gather(
            *(client.generate(at(fake), ask(), policy=QUICK) for _ in range(5)), return_exceptions=True
        )

    assert {(type(error), error.status) for error in found} == {(ProviderRejected, 401)}


async def test_a_key_whose_quota_is_used_up_leaves_its_calls_to_the_others(ask):
    used_up = Fault(status=429, code="insufficient_quota")
    async with FakeProvider("fine", script=[used_up]) as fake, ModelClient() as client:
        replies = await ask_often(client, at(fake, "env:KEY_A,env:KEY_B,env:KEY_C"), ask, 30)

    assert {reply.text for reply in replies} == {"fine"}
    assert len(fake.requests) == 31


async def test_one_of_several_keys_that_is_not_there_is_said_before_anything_is_sent(ask):
    async with FakeProvider() as fake, ModelClient() as client:
        with pytest.raises(BadInput, match="env:KEY_X is missing"):
            await client.generate(at(fake, "env:KEY_A,env:KEY_X"), ask())

    assert fake.requests == []


async def test_a_cap_a_minute_is_kept(ask):
    async with FakeProvider() as fake, ModelClient(caps=Caps(requests_per_minute=1_200)) as client:
        began_s = time.monotonic()
        await ask_often(client, at(fake, "env:KEY_A"), ask, 12)
        took_s = time.monotonic() - began_s

    assert 0.45 <= took_s < 3


async def test_waiting_for_a_permit_is_neither_latency_nor_an_attempt(ask):
    async with FakeProvider(latency_s=0.02) as fake, ModelClient(caps=Caps(concurrency=1)) as client:
        replies = await ask_often(client, at(fake, "env:KEY_A"), ask, 10)

    assert max(reply.latency_ms for reply in replies) < 150
    assert {reply.attempts for reply in replies} == {1}


async def test_a_server_that_takes_few_at_once_gets_few_at_once_and_every_call_is_answered(ask, limited_server):
    async with limited_server(at_once=8, latency_s=0.01, retry_after_s=0.05) as server, ModelClient() as client:
        target = parse_target("openai-compatible/m", base_url=server.base_url)
        policy = RetryPolicy(max_attempts=1, first_pause_s=0.02)
        replies = await asyncio.gather(*(client.generate(target, ask(), policy=policy) for _ in range(400)))

    assert len(replies) == 400
    assert server.refused < 200


async def test_a_refusal_without_end_is_an_error_once_nothing_gets_through(client, ask):
    async with FakeProvider(script=["429"] * 500) as fake:
        with pytest.raises(RateLimited):
            await client.generate(at(fake, "env:KEY_A"), ask(), policy=RetryPolicy(give_up_after_s=120))

    assert 5 < len(fake.requests) < 60


async def test_a_long_wait_is_said_in_a_sentence(ask, still):
    events, told = Events(), []
    events.subscribe(CallsWait, told.append)
    caps = Caps(requests_per_minute=6)
    async with (
        FakeProvider() as fake,
        ModelClient(caps=caps, events=events, clock=still, sleep=still.sleep) as client,
    ):
        for _ in range(3):
            await client.generate(at(fake, "env:KEY_A"), ask())

    (event,) = told
    assert str(event) == "calls wait for 10 s, as a rate limit of the key env:KEY_A wants it"
