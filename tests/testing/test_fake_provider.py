"""The fake speaks the protocol: the official SDK is the judge."""

import json
import threading
import time

import openai
import pytest

from assay.core.errors import UnknownName
from assay.models.types import ToolCall
from assay.testing.fake_provider import FakeProvider, FakeReply, Fault

HELLO = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello there"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "find_order",
        "parameters": {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "kind": {"enum": ["a", "b"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "gift": {"type": "boolean"},
                "weight": {"type": "number"},
                "to": {"type": "object", "properties": {"street": {"type": "string"}}},
            },
        },
    },
}


def sdk(fake, **more):
    return openai.AsyncOpenAI(base_url=fake.base_url, api_key="k", max_retries=0, **more)


class TestTheSdkUnderstands:
    async def test_a_whole_answer(self):
        async with FakeProvider() as fake, sdk(fake) as client:
            found = await client.chat.completions.create(model="m", messages=HELLO)

        assert (found.model, found.choices[0].message.content) == ("m", "Hello there")
        assert (found.choices[0].finish_reason, found._request_id) == ("stop", "req_fake")
        assert found.usage.total_tokens == found.usage.prompt_tokens + found.usage.completion_tokens
        assert (found.usage.prompt_tokens_details.cached_tokens, found.system_fingerprint) == (0, "fp_fake")

    async def test_a_stream_with_its_usage(self):
        async with FakeProvider() as fake, sdk(fake) as client:
            stream = await client.chat.completions.create(
                model="m", messages=HELLO, stream=True, stream_options={"include_usage": True}
            )
            chunks = [chunk async for chunk in stream]

        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "Hello there"
        assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None, None, None, "stop"]
        assert (chunks[-1].choices, chunks[-1].usage.completion_tokens) == ([], 2)
        assert all(chunk.usage is None for chunk in chunks[:-1])

    async def test_the_sdks_own_helper_for_streams(self):
        async with FakeProvider(script=["tool", None]) as fake, sdk(fake) as client:
            async with client.chat.completions.stream(model="m", messages=HELLO, tools=[TOOL]) as stream:
                called = await stream.get_final_completion()
            async with client.chat.completions.stream(model="m", messages=HELLO) as stream:
                said = await stream.get_final_completion()

        (call,) = called.choices[0].message.tool_calls
        assert json.loads(call.function.arguments) == {
            "id": 1, "kind": "a", "tags": ["text"], "gift": True, "weight": 1.5, "to": {"street": "text"},
        }  # fmt: skip
        assert said.choices[0].message.content == "Hello there"

    @pytest.mark.parametrize("streamed", [False, True])
    async def test_tool_calls(self, streamed):
        calls = (
            ToolCall(id="c1", name="find_order", arguments='{"id": 7, "kind": "a"}'),
            ToolCall(id="c2", name="find_order", arguments="{}"),
        )
        async with FakeProvider(lambda _: FakeReply(tool_calls=calls)) as fake, sdk(fake) as client:
            if streamed:
                async with client.chat.completions.stream(model="m", messages=HELLO, tools=[TOOL]) as stream:
                    found = await stream.get_final_completion()
            else:
                found = await client.chat.completions.create(model="m", messages=HELLO, tools=[TOOL])

        shown = [(call.id, call.function.name, call.function.arguments) for call in found.choices[0].message.tool_calls]
        assert shown == [(call.id, call.name, call.arguments) for call in calls]
        assert found.choices[0].finish_reason == "tool_calls"

    async def test_a_refusal_and_a_cut(self):
        async with FakeProvider(script=["refusal", "length", "bad-tool"]) as fake, sdk(fake) as client:
            refused = await client.chat.completions.create(model="m", messages=HELLO)
            cut = await client.chat.completions.create(model="m", messages=HELLO)
            broken = await client.chat.completions.create(model="m", messages=HELLO, tools=[TOOL])

        assert (refused.choices[0].message.content, refused.choices[0].message.refusal) == (
            None,
            "I can't help with that.",
        )
        assert cut.choices[0].finish_reason == "length"
        with pytest.raises(ValueError, match=r"delimiter|Expecting|Unterminated"):
            json.loads(broken.choices[0].message.tool_calls[0].function.arguments)

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (400, openai.BadRequestError),
            (401, openai.AuthenticationError),
            (403, openai.PermissionDeniedError),
            (404, openai.NotFoundError),
            (409, openai.ConflictError),
            (422, openai.UnprocessableEntityError),
            (429, openai.RateLimitError),
            (500, openai.InternalServerError),
            (503, openai.InternalServerError),
        ],
    )
    async def test_errors(self, status, error):
        fault = Fault(status=status, message="No.", code="some_code", headers={"retry-after": "1"})
        async with FakeProvider(script=[fault]) as fake, sdk(fake) as client:
            with pytest.raises(error) as caught:
                await client.chat.completions.create(model="m", messages=HELLO)

        assert (caught.value.status_code, caught.value.code, caught.value.request_id) == (
            status,
            "some_code",
            "req_fake",
        )
        assert caught.value.response.headers["retry-after"] == "1"

    @pytest.mark.parametrize("kind", ["drop", "half"])
    async def test_broken_connections(self, kind):
        async with FakeProvider(script=[kind]) as fake, sdk(fake) as client:
            with pytest.raises(openai.APIConnectionError):
                await client.chat.completions.create(model="m", messages=HELLO)

    async def test_a_stall(self):
        async with FakeProvider(script=["stall"]) as fake, sdk(fake, timeout=0.1) as client:
            with pytest.raises(openai.APITimeoutError):
                await client.chat.completions.create(model="m", messages=HELLO)

    async def test_an_error_event(self):
        async with FakeProvider(script=["error-event"]) as fake, sdk(fake) as client:
            stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
            with pytest.raises(openai.APIError) as caught:
                _ = [chunk async for chunk in stream]

        assert (caught.value.code, caught.value.type) == ("stream_interrupted", "server_error")

    async def test_the_models(self):
        async with FakeProvider() as fake, sdk(fake) as client:
            assert [model.id async for model in client.models.list()] == ["fake"]

    async def test_its_own_retries_see_the_script(self):
        async with (
            FakeProvider(script=[Fault(status=429, headers={"retry-after-ms": "1"}), "500", None]) as fake,
            openai.AsyncOpenAI(base_url=fake.base_url, api_key="k", max_retries=2) as client,
        ):
            found = await client.chat.completions.create(model="m", messages=HELLO)

        assert found.choices[0].message.content == "Hello there"
        assert len(fake.requests) == 3

    async def test_azures_client(self):
        async with FakeProvider(key="k") as fake:
            endpoint = fake.base_url.removesuffix("/v1")
            client = openai.AsyncAzureOpenAI(
                azure_endpoint=endpoint, api_key="k", api_version="2024-10-21", max_retries=0
            )
            async with client:
                found = await client.chat.completions.create(model="triage", messages=HELLO)

        assert found.choices[0].message.content == "Hello there"
        assert fake.requests[0].path == "/openai/deployments/triage/chat/completions"
        assert fake.requests[0].query == {"api-version": "2024-10-21"}


class TestTheFake:
    def test_it_runs_in_a_thread_for_code_without_a_loop(self):
        with (
            FakeProvider(lambda body: str(len(body["messages"])), script=["500"]) as fake,
            openai.OpenAI(base_url=fake.base_url, api_key="k", max_retries=0) as client,
        ):
            with pytest.raises(openai.InternalServerError):
                client.chat.completions.create(model="m", messages=HELLO)
            found = client.chat.completions.create(model="m", messages=HELLO)

        assert found.choices[0].message.content == "2"
        assert not [thread for thread in threading.enumerate() if thread.name == "fake-provider"]

    def test_it_can_be_started_again_at_the_same_address(self):
        fake = FakeProvider("x")
        with fake:
            first = fake.base_url
        with fake:
            assert fake.base_url == first

    async def test_it_notes_what_came(self):
        async with FakeProvider() as fake, sdk(fake) as client:
            await client.chat.completions.create(model="m", messages=HELLO, temperature=0.5, extra_query={"v": "1"})

        (request,) = fake.requests
        assert (request.path, request.query) == ("/v1/chat/completions", {"v": "1"})
        assert request.headers["authorization"] == "Bearer k"
        assert (request.body["messages"], request.body["temperature"]) == (HELLO, 0.5)

    async def test_the_same_request_gets_the_same_answer(self):
        async with FakeProvider() as fake, sdk(fake) as client:
            first, second = [await client.chat.completions.create(model="m", messages=HELLO) for _ in range(2)]

        assert first.to_dict() == second.to_dict()

    async def test_a_fault_can_be_asked_for_by_the_models_name(self):
        async with FakeProvider() as fake, sdk(fake) as client:
            with pytest.raises(openai.RateLimitError):
                await client.chat.completions.create(model="fault:429", messages=HELLO)
            found = await client.chat.completions.create(model="m", messages=HELLO)

        assert found.choices[0].message.content == "Hello there"

    async def test_latency_and_slowness(self):
        async with FakeProvider(latency_s=0.02, script=[None, "slow"]) as fake, sdk(fake) as client:
            times = []
            for _ in range(2):
                begun = time.monotonic()
                await client.chat.completions.create(model="m", messages=HELLO)
                times.append(time.monotonic() - begun)

        assert times[0] >= 0.02
        assert times[1] >= 0.2

    async def test_a_stalled_call_does_not_keep_it_open(self):
        begun = time.monotonic()
        async with FakeProvider(script=["stall"]) as fake, sdk(fake, timeout=0.05) as client:
            with pytest.raises(openai.APITimeoutError):
                await client.chat.completions.create(model="m", messages=HELLO)

        assert time.monotonic() - begun < 3

    async def test_usage_is_what_the_reply_says(self):
        usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
        replies = iter([FakeReply(text="x", usage=usage), FakeReply(text="x", usage={}, finish="content_filter")])
        async with FakeProvider(lambda _: next(replies)) as fake, sdk(fake) as client:
            told, untold = [await client.chat.completions.create(model="m", messages=HELLO) for _ in range(2)]

        assert told.usage.total_tokens == 12
        assert (untold.usage, untold.choices[0].finish_reason) == (None, "content_filter")

    def test_a_fault_that_there_is_not_suggests_the_nearest(self):
        with pytest.raises(UnknownName) as caught:
            FakeProvider(script=["stal"])

        assert caught.value.hint == "did you mean 'stall'?"


async def test_faults_at_rates_are_drawn_by_the_seed():
    async def statuses(seed):
        async with FakeProvider(rates={"429": 0.3, "500": 0.2}, seed=seed) as fake, sdk(fake) as client:
            found = []
            for _ in range(60):
                try:
                    await client.chat.completions.create(model="m", messages=HELLO)
                    found.append(200)
                except openai.APIStatusError as error:
                    found.append(error.status_code)
        return found

    first, again, other = await statuses(1), await statuses(1), await statuses(2)

    assert first == again != other
    assert 8 <= first.count(429) <= 30
    assert 4 <= first.count(500) <= 24
