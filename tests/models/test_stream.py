import asyncio
import contextlib

import pytest

from assay.core.errors import ConnectionFailed, MalformedReply, ProviderFailed, ProviderRejected, RateLimited, TimedOut
from assay.models.client import ModelClient, StreamLimits
from assay.models.retry import NO_RETRY, RetryPolicy
from assay.models.target import parse_target
from assay.models.types import Tool, Usage
from assay.testing.fake_provider import FakeProvider, FakeReply, Fault

TEXT = "Grüße, this is a longer answer of some words 👋"


def at(fake, model="m"):
    return parse_target(f"openai-compatible/{model}", base_url=fake.base_url)


async def heard(stream):
    return [delta async for delta in stream]


async def test_the_pieces_make_the_reply_and_the_last_one_carries_it(client, ask):
    async with FakeProvider(TEXT) as fake:
        whole = await client.generate(at(fake), ask())
        *pieces, last = await heard(client.stream(at(fake), ask()))

    assert "".join(piece.text for piece in pieces) == TEXT
    assert all(piece.reply is None for piece in pieces)
    assert last.text == ""
    assert (last.reply.text, last.reply.usage, last.reply.model) == (TEXT, whole.usage, whole.model)
    assert (last.reply.request_id, last.reply.attempts) == ("req_fake", 1)


async def test_the_time_to_the_first_token_is_measured(ask):
    async with FakeProvider("one two three four", latency_s=0.2) as fake, ModelClient() as client:
        *_, last = await heard(client.stream(at(fake), ask()))

    assert 20 < last.reply.first_token_ms < last.reply.latency_ms
    assert last.reply.latency_ms >= 180


async def test_tool_calls_are_put_together(client, ask):
    tool = Tool(name="find", description="", parameters={"properties": {"id": {"type": "integer"}}})
    async with FakeProvider(script=["tool"]) as fake:
        (last,) = await heard(client.stream(at(fake), ask(tools=(tool,))))

    assert [(call.id, call.name, call.arguments) for call in last.reply.tool_calls] == [
        ("call_fake", "find", '{"id": 1}')
    ]
    assert (last.reply.finish, last.reply.first_token_ms) == ("tool_calls", None)


async def test_a_failure_before_the_first_byte_is_retried(client, ask, still):
    async with FakeProvider(
        "fine", script=["500", "drop", Fault(status=429, headers={"retry-after": "4"}), None]
    ) as fake:
        *_, last = await heard(client.stream(at(fake), ask()))

    assert (last.reply.text, last.reply.attempts) == ("fine", 4)
    assert still.slept_s == [0.25, 0.5, 4.25]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        pytest.param("401", ProviderRejected, "model.rejected", id="401"),
        pytest.param("429", RateLimited, "model.rate_limited", id="429"),
        pytest.param("stall", TimedOut, "model.timed_out", id="stall"),
        pytest.param("garbage", MalformedReply, "model.malformed", id="garbage"),
    ],
)
async def test_faults_before_the_first_byte(client, ask, fault, error, code):
    async with FakeProvider(script=[fault] * 2) as fake:
        limits = StreamLimits(first_byte_s=0.05 if fault == "stall" else 30.0)
        with pytest.raises(error) as caught:
            await heard(client.stream(at(fake), ask(), limits=limits, policy=NO_RETRY))

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        pytest.param("cut", ConnectionFailed, "model.connection_broke", id="cut"),
        pytest.param("no-end", ConnectionFailed, "model.cut", id="no-end"),
        pytest.param("freeze", TimedOut, "model.stream_timed_out", id="freeze"),
        pytest.param("bad-event", MalformedReply, "model.malformed", id="bad-event"),
        pytest.param("error-event", ProviderFailed, "model.provider_failed", id="error-event"),
    ],
)
async def test_a_failure_after_the_first_byte_is_raised_and_not_retried(client, ask, settled, fault, error, code):
    texts = []

    async def hear(stream):
        async for delta in stream:
            texts.append(delta.text)  # noqa: PERF401 - what came before the failure counts

    limits = StreamLimits(idle_s=0.1 if fault == "freeze" else 30.0)
    async with FakeProvider(TEXT, script=[fault]) as fake:
        with pytest.raises(error) as caught:
            await hear(client.stream(at(fake), ask(), limits=limits))
        await settled(lambda: fake.open_connections == 0 or fault == "no-end")

    assert (caught.value.code, caught.value.attempts, len(fake.requests)) == (code, 1, 1)
    assert TEXT.startswith("".join(texts))
    assert texts


async def test_a_stream_may_not_take_longer_than_its_time_in_all(ask):
    async with FakeProvider(TEXT, latency_s=3.0) as fake, ModelClient() as client:
        with pytest.raises(TimedOut, match=r"took longer than 1 s"):
            await heard(client.stream(at(fake), ask(), limits=StreamLimits(total_s=1.0), policy=NO_RETRY))


async def test_a_connection_is_used_again_after_a_stream(client, ask):
    async with FakeProvider(TEXT) as fake:
        for _ in range(5):
            await heard(client.stream(at(fake), ask()))

    assert fake.connections == 1


async def test_whoever_stops_early_closes_the_connection(client, ask, settled):
    async with FakeProvider(TEXT, latency_s=1.0) as fake:
        async with contextlib.aclosing(client.stream(at(fake), ask())) as stream:
            async for delta in stream:
                if delta.text:
                    break
        await settled(lambda: fake.open_connections == 0)

    assert len(fake.requests) == 1


async def test_a_cancelled_stream_closes_the_connection(client, ask, settled):
    async with FakeProvider(TEXT, script=["freeze"]) as fake:
        task = asyncio.create_task(heard(client.stream(at(fake), ask())))
        await settled(lambda: fake.requests)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await settled(lambda: fake.open_connections == 0)


async def test_usage_that_is_not_told_is_unknown(client, ask):
    async with FakeProvider(lambda _: FakeReply(text="x", usage={})) as fake:
        *_, last = await heard(client.stream(at(fake), ask()))

    assert last.reply.usage == Usage()


async def test_an_idempotency_key_goes_along(client, ask):
    async with FakeProvider("x") as fake:
        await heard(client.stream(at(fake), ask(), idempotency_key="k1"))

    assert fake.requests[0].headers["idempotency-key"] == "k1"
    assert fake.requests[0].body["stream"] is True


DELTA = b'data: {"choices": [{"delta": {"content": "Hello"}, "finish_reason": null}]}\n\n'
FINISH = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"


def chunked(body):
    return b"%x\r\n%s\r\n" % (len(body), body)


@pytest.mark.parametrize("hang_up", [True, False], ids=["hangs-up", "stays-silent"])
@pytest.mark.parametrize(
    "end", [FINISH, FINISH + b"data: [DONE]\n\n", b"data: [DONE]\n\n"], ids=["finish", "finish-done", "done"]
)
async def test_a_reply_that_is_whole_counts_however_the_connection_ends(client, ask, serve_bytes, end, hang_up):
    async with serve_bytes(HEAD + chunked(DELTA + end), hang_up=hang_up) as base_url:
        target = parse_target("openai-compatible/m", base_url=base_url)
        *_, last = await heard(client.stream(target, ask(), limits=StreamLimits(idle_s=0.2), policy=NO_RETRY))

    assert last.reply.text == "Hello"


async def test_a_server_that_sends_its_head_and_nothing_more_is_not_waited_for(client, ask, serve_bytes):
    async with serve_bytes(HEAD, hang_up=False) as base_url:
        target = parse_target("openai-compatible/m", base_url=base_url)
        with pytest.raises(TimedOut, match=r"no answer from .* within 0\.1 s"):
            await heard(client.stream(target, ask(), limits=StreamLimits(first_byte_s=0.1), policy=NO_RETRY))


async def test_an_empty_stream_is_retried(client, ask, serve_bytes):
    async with serve_bytes(HEAD + b"0\r\n\r\n") as base_url:
        target = parse_target("openai-compatible/m", base_url=base_url)
        with pytest.raises(ConnectionFailed, match="ended before it began") as caught:
            await heard(client.stream(target, ask(), policy=RetryPolicy(max_attempts=2)))

    assert caught.value.attempts == 2


async def test_a_server_that_does_not_stream_is_understood(client, ask, serve_bytes):
    body = b'{"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    async with serve_bytes(head + body) as base_url:
        target = parse_target("openai-compatible/m", base_url=base_url)
        piece, last = await heard(client.stream(target, ask(), policy=NO_RETRY))

    assert (piece.text, last.reply.text) == ("Hello", "Hello")
