import pytest

from assay.core.errors import MalformedReply, TimedOut, Unavailable
from assay.models.client import ModelClient
from assay.models.retry import NO_RETRY
from assay.models.target import parse_target
from assay.models.types import Usage
from assay.testing.fake_provider import FakeProvider

TARGET = parse_target("embedded")


def started(base_url, key="token-of-the-child"):
    async def endpoint():
        return base_url, key

    return endpoint


async def test_a_recorded_exchange(play, ask):
    async with (
        play("embedded") as recorded,
        ModelClient(embedded_endpoint=started(f"{recorded.base_url}/v1")) as client,
    ):
        reply = await client.generate(TARGET, ask(model=TARGET.model))

    assert recorded.came == [recorded.wanted]
    assert reply.text == "Hello! How can I help you?"
    assert reply.usage == Usage(input=31, output=8)


async def test_it_is_unavailable_where_nothing_starts_it(client, ask):
    with pytest.raises(Unavailable) as caught:
        await client.generate(TARGET, ask())

    assert caught.value.code == "model.no_embedded"


async def test_a_server_that_went_away_is_asked_for_again(still, ask):
    async with FakeProvider("back") as fake:
        places = [("http://127.0.0.1:9/v1", "old"), (fake.base_url, "new")]

        async def endpoint():
            return places.pop(0)

        async with ModelClient(embedded_endpoint=endpoint, clock=still, sleep=still.sleep) as client:
            reply = await client.generate(TARGET, ask())

    assert (reply.text, reply.attempts) == ("back", 2)
    assert fake.requests[0].headers["authorization"] == "Bearer new"


async def test_a_timeout(ask):
    async with (
        FakeProvider(script=["stall"]) as fake,
        ModelClient(embedded_endpoint=started(fake.base_url)) as client,
    ):
        with pytest.raises(TimedOut):
            await client.generate(TARGET, ask(), timeout_s=0.05, policy=NO_RETRY)


async def test_a_malformed_answer(ask):
    async with (
        FakeProvider(script=["garbage"]) as fake,
        ModelClient(embedded_endpoint=started(fake.base_url)) as client,
    ):
        with pytest.raises(MalformedReply):
            await client.generate(TARGET, ask(), policy=NO_RETRY)
