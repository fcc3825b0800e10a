import pytest

from assay.core.errors import BadInput, MalformedReply, TimedOut
from assay.models.retry import NO_RETRY
from assay.models.route import Routes
from assay.models.target import Target, parse_target
from assay.models.types import Usage
from assay.testing.fake_provider import FakeProvider


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "test-key")


async def test_a_recorded_exchange(client, play, ask):
    async with play("azure-openai") as recorded:
        target = parse_target("azure-openai/triage-west", base_url=recorded.base_url)
        reply = await client.generate(target, ask(model="triage-west"))

    assert recorded.came == [recorded.wanted]
    assert (reply.text, reply.model, reply.finish) == ("Hello.", "gpt-4o-2024-11-20", "stop")
    assert reply.usage == Usage(input=8, output=3, cached=0, reasoning=0)
    assert reply.request_id == "7c1d"


async def test_the_endpoint_may_stand_in_the_environment():
    routes = Routes(environ={"AZURE_OPENAI_ENDPOINT": "https://shop.openai.azure.com/", "AZURE_OPENAI_API_KEY": "k"})
    route = await routes.find(parse_target("azure-openai/triage"), "triage")

    assert str(route.url) == "https://shop.openai.azure.com/openai/v1/chat/completions"
    assert route.headers["api-key"] == "k"
    assert "authorization" not in route.headers


async def test_a_dated_interface_is_an_address_with_its_deployment_and_its_version():
    dated = "https://shop.openai.azure.com/openai/deployments/{model}?api-version=2024-10-21"
    routes = Routes(environ={"AZURE_OPENAI_API_KEY": "k"})
    route = await routes.find(parse_target("azure-openai/triage west", base_url=dated), "triage west")

    assert str(route.url) == (
        "https://shop.openai.azure.com/openai/deployments/triage%20west/chat/completions?api-version=2024-10-21"
    )


async def test_without_an_endpoint_it_says_where_one_is_given():
    with pytest.raises(BadInput, match="no address of its own") as caught:
        await Routes(environ={}).find(parse_target("azure-openai/triage"), "triage")

    assert "AZURE_OPENAI_ENDPOINT" in caught.value.hint


async def test_a_timeout(client, ask):
    async with FakeProvider(script=["stall"]) as fake:
        target = Target(provider="azure-openai", model="d", base_url=fake.base_url)
        with pytest.raises(TimedOut):
            await client.generate(target, ask(), timeout_s=0.05, policy=NO_RETRY)


async def test_a_malformed_answer(client, ask):
    async with FakeProvider(script=["garbage"]) as fake:
        target = Target(provider="azure-openai", model="d", base_url=fake.base_url)
        with pytest.raises(MalformedReply):
            await client.generate(target, ask(), policy=NO_RETRY)
