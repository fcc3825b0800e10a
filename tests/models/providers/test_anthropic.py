import pytest

from assay.core.errors import BadInput
from assay.models.provider import providers
from assay.models.route import Routes
from assay.models.target import parse_target
from assay.models.types import Message, Parameters, Request, Usage


async def test_a_recorded_exchange(client, play, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    request = Request(
        model="claude-haiku-4-5",
        messages=(
            Message(role="system", content="Sort the ticket."),
            Message(role="user", content="I was charged twice."),
        ),
        parameters=Parameters(temperature=0.0, max_tokens=50, seed=7),
    )
    async with play("anthropic") as recorded:
        target = parse_target("anthropic/claude-haiku-4-5", base_url=recorded.base_url, key="env:ANTHROPIC_API_KEY")
        reply = await client.generate(target, request)

    assert recorded.came == [recorded.wanted]
    assert (reply.text, reply.model, reply.finish) == ("billing", "claude-haiku-4-5-20251001", "stop")
    assert reply.usage == Usage(input=1036, output=4, cached=1024, cache_write=0)
    assert reply.request_id == "req_0123"


async def test_the_address_and_the_key_are_known():
    routes = Routes(environ={"ANTHROPIC_API_KEY": "test-key"})
    route = await routes.find(parse_target("anthropic/claude-haiku-4-5"), "claude-haiku-4-5")

    assert str(route.url) == "https://api.anthropic.com/v1/messages"
    assert route.headers["x-api-key"] == "test-key"
    assert "authorization" not in route.headers


async def test_a_missing_key_is_named():
    with pytest.raises(BadInput, match="the key env:ANTHROPIC_API_KEY is missing"):
        await Routes(environ={}).find(parse_target("anthropic/m"), "m")


def test_its_prices_are_anthropics():
    assert providers.get("anthropic").price_id == "anthropic"
