import pytest

from assay.core.errors import BadInput, MalformedReply, TimedOut
from assay.models.retry import NO_RETRY
from assay.models.route import Routes
from assay.models.target import parse_target
from assay.models.types import Message, Parameters, Request, Usage
from assay.testing.fake_provider import FakeProvider

MODEL = "meta-llama/Llama-3.3-70B"


async def test_a_recorded_exchange(client, play):
    request = Request(
        model=MODEL,
        messages=(
            Message(role="developer", content="Sort the ticket."),
            Message(role="user", content="I was charged twice."),
        ),
        parameters=Parameters(temperature=0.0, max_tokens=50, seed=7),
        response_schema={"type": "object", "properties": {"category": {"type": "string"}}},
    )
    async with play("openai-compatible") as recorded:
        target = parse_target(f"openai-compatible/{MODEL}", base_url=f"{recorded.base_url}/v1")
        reply = await client.generate(target, request)

    assert recorded.came == [recorded.wanted]
    assert (reply.text, reply.model) == ('{"category": "billing"}', MODEL)
    assert reply.usage == Usage(input=30, output=8)
    assert (reply.usage.cached, reply.usage.reasoning, reply.request_id) == (None, None, None)


async def test_a_key_is_shown_as_a_bearer_where_one_is_named():
    routes = Routes(environ={"VLLM_KEY": "k"})
    route = await routes.find(
        parse_target("openai-compatible/m", base_url="http://h.invalid/v1", key="env:VLLM_KEY"), "m"
    )

    assert route.headers["authorization"] == "Bearer k"


async def test_an_address_is_always_needed():
    with pytest.raises(BadInput, match="no address of its own"):
        await Routes(environ={}).find(parse_target("openai-compatible/m"), "m")


async def test_a_timeout(client, ask):
    async with FakeProvider(script=["stall"]) as fake:
        with pytest.raises(TimedOut):
            await client.generate(
                parse_target("openai-compatible/m", base_url=fake.base_url), ask(), timeout_s=0.05, policy=NO_RETRY
            )


async def test_a_malformed_answer(client, ask):
    async with FakeProvider(script=["garbage"]) as fake:
        with pytest.raises(MalformedReply):
            await client.generate(parse_target("openai-compatible/m", base_url=fake.base_url), ask(), policy=NO_RETRY)
