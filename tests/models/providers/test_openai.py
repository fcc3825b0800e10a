import pytest

from assay.core.errors import BadInput, MalformedReply, TimedOut
from assay.models.provider import providers
from assay.models.retry import NO_RETRY
from assay.models.route import Routes
from assay.models.target import Target, parse_target
from assay.models.types import Message, Parameters, Request, Usage
from assay.testing.fake_provider import FakeProvider

SCHEMA = {
    "title": "ticket",
    "type": "object",
    "properties": {"category": {"type": "string", "enum": ["billing", "other"]}},
    "required": ["category"],
    "additionalProperties": False,
}


async def test_a_recorded_exchange(client, play, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    request = Request(
        model="gpt-4o-mini",
        messages=(
            Message(role="developer", content="Sort the ticket."),
            Message(role="user", content="I was charged twice."),
        ),
        parameters=Parameters(temperature=0.0, max_tokens=50, seed=7),
        response_schema=SCHEMA,
    )
    async with play("openai") as recorded:
        target = parse_target("openai/gpt-4o-mini", base_url=f"{recorded.base_url}/v1", key="env:OPENAI_API_KEY")
        reply = await client.generate(target, request)

    assert recorded.came == [recorded.wanted]
    assert reply.text == '{"category":"billing"}'
    assert reply.model == "gpt-4o-mini-2024-07-18"
    assert reply.finish == "stop"
    assert reply.usage == Usage(input=1064, output=6, cached=1024, reasoning=0)
    assert (reply.fingerprint, reply.service_tier, reply.request_id) == ("fp_560af6e559", "default", "req_0123")
    assert reply.attempts == 1


async def test_the_address_and_the_key_are_known():
    route = await Routes(environ={"OPENAI_API_KEY": "test-key"}).find(parse_target("openai/gpt-4o"), "gpt-4o")

    assert str(route.url) == "https://api.openai.com/v1/chat/completions"
    assert route.headers["authorization"] == "Bearer test-key"


async def test_a_missing_key_is_named():
    with pytest.raises(BadInput, match="the key env:OPENAI_API_KEY is missing"):
        await Routes(environ={}).find(parse_target("openai/gpt-4o"), "gpt-4o")


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/v1", "https://proxy.invalid/v1"])
async def test_the_key_for_openai_is_shown_to_no_other_server_unless_it_is_named(base_url):
    routes = Routes(environ={"OPENAI_API_KEY": "test-key"})
    unnamed = await routes.find(parse_target("openai/m", base_url=base_url), "m")
    named = await routes.find(parse_target("openai/m", base_url=base_url, key="env:OPENAI_API_KEY"), "m")

    assert "authorization" not in unnamed.headers
    assert named.headers["authorization"] == "Bearer test-key"


async def test_a_timeout(client, ask):
    async with FakeProvider(script=["stall"]) as fake:
        target = Target(provider="openai", model="gpt-4o", base_url=fake.base_url)
        with pytest.raises(TimedOut, match=r"no answer from 127\.0\.0\.1:\d+ within 0\.05 s"):
            await client.generate(target, ask(), timeout_s=0.05, policy=NO_RETRY)


async def test_a_malformed_answer(client, ask):
    async with FakeProvider(script=["garbage"]) as fake:
        target = Target(provider="openai", model="gpt-4o", base_url=fake.base_url)
        with pytest.raises(MalformedReply, match=r"\(44 bytes of text/html\)"):
            await client.generate(target, ask(), policy=NO_RETRY)


def test_its_prices_are_openais():
    assert providers.get("openai").price_id == "openai"
