import asyncio
import contextlib
import gc
import logging
import socket
import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from assay.core.errors import (
    BadInput,
    ConnectionFailed,
    MalformedReply,
    ProviderFailed,
    ProviderRejected,
    RateLimited,
    TimedOut,
    Unavailable,
)
from assay.models.client import ConnectionLimits, ModelClient, StreamLimits
from assay.models.retry import NO_RETRY, RetryPolicy
from assay.models.route import Routes
from assay.models.target import parse_target
from assay.models.types import Tool, Usage
from assay.testing.fake_provider import FakeProvider, FakeReply, Fault

KEY = "key-0123456789abcdef"


def at(fake, model="m", **more):
    return parse_target(f"openai-compatible/{model}", base_url=fake.base_url, **more)


class TestReply:
    async def test_a_reply_says_all_that_is_known(self, client, ask):
        async with FakeProvider("Hello there") as fake:
            reply = await client.generate(at(fake), ask())

        assert (reply.text, reply.model, reply.finish, reply.attempts) == ("Hello there", "m", "stop", 1)
        assert reply.usage == Usage(input=9, output=2, cached=0, reasoning=0)
        assert (reply.fingerprint, reply.request_id) == ("fp_fake", "req_fake")
        assert (reply.latency_ms, reply.first_token_ms) == (0.0, None)

    async def test_latency_is_that_of_the_attempt_that_succeeded(self, client, ask, still):
        async with FakeProvider("x", script=["500", None]) as fake:
            reply = await client.generate(at(fake), ask())

        assert still.slept_s == [0.25]
        assert (reply.latency_ms, reply.attempts) == (0.0, 2)

    async def test_latency_is_measured(self, ask):
        async with FakeProvider("x", latency_s=0.03) as fake, ModelClient() as client:
            reply = await client.generate(at(fake), ask())

        assert reply.latency_ms >= 30

    async def test_a_tool_call_and_a_refusal(self, client, ask):
        tool = Tool(
            name="find", description="", parameters={"type": "object", "properties": {"id": {"type": "integer"}}}
        )
        async with FakeProvider(script=["tool", "refusal", "length"]) as fake:
            called, refused, cut = [await client.generate(at(fake), ask(tools=(tool,))) for _ in range(3)]

        assert [(call.name, call.arguments) for call in called.tool_calls] == [("find", '{"id": 1}')]
        assert (called.text, called.finish) == ("", "tool_calls")
        assert (refused.text, refused.refusal) == ("", "I can't help with that.")
        assert cut.finish == "length"

    @pytest.mark.parametrize("chars", [1, 600_000, 3_000_000])
    async def test_a_long_prompt_arrives_whole(self, client, ask, chars):
        async with FakeProvider(lambda body: str(len(body["messages"][0]["content"])), script=["500", None]) as fake:
            reply = await client.generate(at(fake), ask(text="x" * chars))

        assert reply.text == str(chars)

    async def test_unknown_usage_is_unknown(self, client, ask):
        async with FakeProvider(lambda _: FakeReply(text="x", usage={})) as fake:
            reply = await client.generate(at(fake), ask())

        assert reply.usage == Usage()


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "error", "code", "attempts"),
        [
            pytest.param("400", ProviderRejected, "model.rejected", 1, id="400"),
            pytest.param("401", ProviderRejected, "model.rejected", 1, id="401"),
            pytest.param("404", ProviderRejected, "model.rejected", 1, id="404"),
            pytest.param("408", TimedOut, "model.timed_out", 3, id="408"),
            pytest.param("409", RateLimited, "model.rate_limited", 3, id="409"),
            pytest.param("422", ProviderRejected, "model.rejected", 1, id="422"),
            pytest.param(Fault(status=429, code="insufficient_quota"), RateLimited, "model.no_quota", 1, id="quota"),
            pytest.param("500", ProviderFailed, "model.provider_failed", 3, id="500"),
            pytest.param("503", ProviderFailed, "model.provider_failed", 3, id="503"),
            pytest.param("307", ProviderRejected, "model.redirected", 1, id="redirect"),
            pytest.param("drop", ConnectionFailed, "model.hung_up", 3, id="drop"),
            pytest.param("half", ConnectionFailed, "model.connection_broke", 3, id="half"),
            pytest.param("stall", TimedOut, "model.timed_out", 3, id="stall"),
            pytest.param("garbage", MalformedReply, "model.malformed", 3, id="garbage"),
        ],
    )
    async def test_each_fault_is_its_error_after_the_attempts_that_it_is_worth(
        self, client, ask, fault, error, code, attempts
    ):
        timeout_s = 0.05 if fault == "stall" else 30.0
        async with FakeProvider(script=[fault] * 3) as fake:
            with pytest.raises(error) as caught:
                await client.generate(at(fake), ask(), timeout_s=timeout_s, policy=RetryPolicy(max_attempts=3))

        assert (caught.value.code, caught.value.attempts) == (code, attempts)
        assert len(fake.requests) == attempts

    async def test_a_rate_limit_is_waited_for_however_often_it_comes_and_spends_no_attempt(self, client, ask):
        async with FakeProvider("fine", script=[*["429"] * 12, "500", None]) as fake:
            reply = await client.generate(at(fake), ask(), policy=RetryPolicy(max_attempts=2))

        assert (reply.text, reply.attempts) == ("fine", 14)

    async def test_a_rate_limit_that_lets_nothing_through_for_long_is_the_error_in_the_end(self, client, ask, still):
        async with FakeProvider(script=[Fault(status=429, headers={"retry-after": "30"})] * 9) as fake:
            with pytest.raises(RateLimited) as caught:
                await client.generate(at(fake), ask(), policy=RetryPolicy(give_up_after_s=100))

        assert (caught.value.code, caught.value.attempts) == ("model.rate_limited", len(fake.requests))
        assert 60 <= sum(still.slept_s) <= 100

    async def test_a_policy_without_a_second_try_does_not_wait_either(self, client, ask):
        async with FakeProvider(script=["429"]) as fake:
            with pytest.raises(RateLimited):
                await client.generate(at(fake), ask(), policy=NO_RETRY)

        assert len(fake.requests) == 1

    async def test_a_fault_that_passes_is_not_seen(self, client, ask, still):
        async with FakeProvider("fine", script=["500", "drop", "garbage", None]) as fake:
            reply = await client.generate(at(fake), ask())

        assert (reply.text, reply.attempts) == ("fine", 4)
        assert still.slept_s == [0.25, 0.5, 1.0]

    @pytest.mark.parametrize(
        ("headers", "slept_s"),
        [
            ({"retry-after": "2"}, 2.25),
            ({"retry-after-ms": "1500"}, 1.5 + 0.25),
            ({"retry-after": "Sun, 22 Nov 2026 12:00:20 GMT"}, 20.25),
            ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6s"}, 6.25),
        ],
    )
    async def test_the_pause_that_the_server_asks_for_is_kept(self, client, ask, still, headers, slept_s):
        async with FakeProvider(script=[Fault(status=429, headers=headers)]) as fake:
            await client.generate(at(fake), ask())

        assert still.slept_s == [pytest.approx(slept_s)]

    async def test_a_pause_beyond_the_limit_ends_the_call_at_once(self, client, ask, still):
        async with FakeProvider(script=[Fault(status=429, headers={"retry-after": "3600"})]) as fake:
            with pytest.raises(RateLimited) as caught:
                await client.generate(at(fake), ask())

        assert (caught.value.retry_after_s, caught.value.attempts, still.slept_s) == (3600, 1, [])

    async def test_the_server_may_say_that_another_try_is_no_use(self, client, ask):
        async with FakeProvider(script=[Fault(status=500, headers={"x-should-retry": "false"})]) as fake:
            with pytest.raises(ProviderFailed):
                await client.generate(at(fake), ask())

        assert len(fake.requests) == 1

    async def test_attempts_end_when_the_time_for_them_is_over(self, client, ask, still):
        async with FakeProvider(script=[Fault(status=503, headers={"retry-after": "20"})] * 9) as fake:
            with pytest.raises(ProviderFailed):
                await client.generate(at(fake), ask(), policy=RetryPolicy(max_attempts=9, give_up_after_s=50))

        assert still.slept_s == [20.25, 20.5]

    async def test_nobody_there(self, client, ask):
        target = parse_target("openai-compatible/m", base_url="http://127.0.0.1:9/v1")
        with pytest.raises(ConnectionFailed, match=r"no connection to 127\.0\.0\.1:9: Connection refused") as caught:
            await client.generate(target, ask(), policy=NO_RETRY)

        assert caught.value.hint == "check the base address, and that the server runs"

    async def test_a_host_that_does_not_exist(self, client, ask):
        target = parse_target("openai-compatible/m", base_url="http://nowhere.invalid/v1")
        with pytest.raises(ConnectionFailed, match=r"no connection to nowhere\.invalid"):
            await client.generate(target, ask(), policy=NO_RETRY)

    async def test_what_is_no_http_server(self, client, ask, serve_bytes):
        async with serve_bytes(b"220 mail.invalid ESMTP\r\n", wait_for_request=False) as base_url:
            target = parse_target("openai-compatible/m", base_url=base_url)
            with pytest.raises(MalformedReply, match="not in the form of HTTP"):
                await client.generate(target, ask(), policy=NO_RETRY)

    async def test_a_server_that_takes_the_connection_and_says_nothing(self, client, ask, serve_bytes):
        async with serve_bytes(b"", hang_up=False) as base_url:
            target = parse_target("openai-compatible/m", base_url=base_url.replace("http:", "https:"))
            with pytest.raises(TimedOut):
                await client.generate(target, ask(), timeout_s=0.1, policy=NO_RETRY)

    async def test_a_server_that_takes_no_connection_is_given_up_after_the_time_to_connect(self, ask):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            waiting = [socket.socket() for _ in range(3)]  # fill the queue that nobody serves
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(address)
            async with ModelClient(ConnectionLimits(connect_timeout_s=0.1)) as client:
                target = parse_target("openai-compatible/m", base_url=f"http://127.0.0.1:{address[1]}/v1")
                with pytest.raises(TimedOut, match=r"no connection to .* within 0\.1 s"):
                    await client.generate(target, ask(), policy=NO_RETRY)
            for one in waiting:
                one.close()

    async def test_a_server_without_tls_at_an_https_address(self, client, ask):
        async with FakeProvider() as fake:
            target = parse_target("openai-compatible/m", base_url=fake.base_url.replace("http:", "https:"))
            with pytest.raises(ConnectionFailed, match="no connection to"):
                await client.generate(target, ask(), policy=NO_RETRY)

    async def test_a_certificate_that_is_not_trusted_is_not_tried_again(self, client):
        route = await Routes().find(parse_target("openai-compatible/m", base_url="https://h.invalid/v1"), "m")
        place = ConnectionKey("h.invalid", 443, True, True, None, None, None)
        failed = client._broken(aiohttp.ClientConnectorCertificateError(place, ssl.CertificateError("x")), route, 1.0)

        assert failed.what == "the certificate of h.invalid is not one that this machine trusts"
        assert (type(failed), failed.retryable) == (ConnectionFailed, False)

    async def test_bad_input_sends_nothing(self, client, ask):
        async with FakeProvider() as fake:
            with pytest.raises(BadInput):
                await client.generate(at(fake), ask(text="\ud800"))
            with pytest.raises(BadInput, match="NO_SUCH_KEY"):
                await client.generate(at(fake, key="env:NO_SUCH_KEY"), ask())

        assert fake.requests == []

    async def test_a_client_that_is_not_open_says_so(self, ask):
        with pytest.raises(Unavailable, match="not open"):
            await ModelClient().generate(parse_target("openai-compatible/m", base_url="http://127.0.0.1:9"), ask())


class TestConnections:
    async def test_connections_are_used_again(self, client, ask):
        async with FakeProvider() as fake:
            for _ in range(20):
                await client.generate(at(fake), ask())

        assert (len(fake.requests), fake.connections) == (20, 1)

    async def test_a_refused_call_leaves_its_connection_for_the_next(self, client, ask):
        async with FakeProvider(script=["429", "500", None]) as fake:
            await client.generate(at(fake), ask())

        assert fake.connections == 1

    async def test_one_that_the_server_gave_up_after_its_answer_is_made_anew_at_once(
        self, client, ask, serve_bytes, still
    ):
        body = b'{"choices": [{"message": {"content": "Hello"}}]}'
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
        async with serve_bytes(answer) as base_url:
            target = parse_target("openai-compatible/m", base_url=base_url)
            replies = [await client.generate(target, ask()) for _ in range(3)]

        assert [reply.text for reply in replies] == ["Hello"] * 3
        assert sum(still.slept_s) == 0

    async def test_there_are_as_many_as_calls_at_once(self, client, ask):
        async with FakeProvider(latency_s=0.05) as fake:
            await asyncio.gather(*(client.generate(at(fake), ask()) for _ in range(400)))

        assert fake.connections > 150

    async def test_an_argument_limits_them(self, ask):
        async with FakeProvider(latency_s=0.01) as fake, ModelClient(ConnectionLimits(max_connections=3)) as client:
            await asyncio.gather(*(client.generate(at(fake), ask()) for _ in range(12)))

        assert (len(fake.requests), fake.connections) == (12, 3)

    async def test_a_cancelled_call_closes_its_connection(self, client, ask, settled):
        async with FakeProvider(script=["stall", None]) as fake:
            call = asyncio.create_task(client.generate(at(fake), ask()))
            await settled(lambda: fake.open_connections == 1 and fake.requests)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await settled(lambda: fake.open_connections == 0)
            reply = await client.generate(at(fake), ask())

        assert reply.text == "hello"

    async def test_a_call_that_is_cancelled_while_it_waits_for_its_next_try_sends_nothing_more(self, ask):
        async with FakeProvider(script=["500"] * 9) as fake, ModelClient(random=lambda: 1.0) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.generate(at(fake), ask(), policy=RetryPolicy(first_pause_s=30))

        assert len(fake.requests) == 1

    async def test_a_timeout_of_the_callers_own_is_the_callers(self, client, ask):
        async with FakeProvider(script=["stall"]) as fake:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await client.generate(at(fake), ask())

    async def test_a_timed_out_call_closes_its_connection(self, client, ask, settled):
        async with FakeProvider(script=["stall"]) as fake:
            with pytest.raises(TimedOut):
                await client.generate(at(fake), ask(), timeout_s=0.05, policy=NO_RETRY)
            await settled(lambda: fake.open_connections == 0)

    async def test_closing_the_client_closes_its_connections(self, ask, settled):
        async with FakeProvider() as fake:
            async with ModelClient() as client:
                await client.generate(at(fake), ask())
                assert fake.open_connections == 1
            await settled(lambda: fake.open_connections == 0)

    async def test_proxies_in_the_environment_are_not_used_unless_asked_for(self, ask, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        async with FakeProvider() as fake:
            async with ModelClient() as client:
                await client.generate(at(fake), ask())
            async with ModelClient(ConnectionLimits(trust_env=True)) as client:
                with pytest.raises(ConnectionFailed):
                    await client.generate(at(fake), ask(), policy=NO_RETRY)


class TestHead:
    async def test_an_idempotency_key_goes_with_every_attempt(self, client, ask):
        async with FakeProvider(script=["500", None]) as fake:
            await client.generate(at(fake), ask(), idempotency_key="sample-7")
            await client.generate(at(fake), ask())

        assert [request.headers.get("idempotency-key") for request in fake.requests] == ["sample-7", "sample-7", None]

    async def test_it_says_who_calls(self, client, ask):
        async with FakeProvider() as fake:
            await client.generate(at(fake), ask())

        assert fake.requests[0].headers["user-agent"].startswith("assay/")

    async def test_a_key_that_changes_is_used_at_the_next_call(self, client, ask, monkeypatch):
        async with FakeProvider() as fake:
            for key in ("first", "second"):
                monkeypatch.setenv("SHOP_KEY", key)
                await client.generate(at(fake, key="env:SHOP_KEY"), ask())

        assert [request.headers["authorization"] for request in fake.requests] == ["Bearer first", "Bearer second"]

    async def test_a_missing_key_that_the_server_wants_is_hinted_at(self, client, ask):
        async with FakeProvider(key=KEY) as fake:
            with pytest.raises(ProviderRejected) as caught:
                await client.generate(at(fake), ask())

        assert "no key was sent" in caught.value.hint


FAULTS = ["401", "429", "500", "drop", "half", "stall", "garbage", "bad-event", "error-event", "cut", "freeze"]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("kind", FAULTS)
async def test_no_secret_shows_in_an_error_a_log_or_a_repr(client, ask, monkeypatch, caplog, kind, streamed):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SHOP_KEY", KEY)
    fault = Fault(status=int(kind), message=f"bad key {KEY}") if kind.isdecimal() else kind
    async with FakeProvider(script=[fault]) as fake:
        target = at(fake, key="env:SHOP_KEY")
        try:
            if streamed:
                limits = StreamLimits(first_byte_s=0.1, idle_s=0.1)
                async for _ in client.stream(target, ask(text="one two three"), limits=limits, policy=NO_RETRY):
                    pass
            else:
                await client.generate(target, ask(), timeout_s=0.1, policy=NO_RETRY)
            shown = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, it shows no key
            chain = [error, error.__cause__, error.__context__ if not error.__suppress_context__ else None]
            shown = " ".join(f"{part} {part!r}" for part in chain) + str(error.as_dict())
        assert fake.requests[0].headers["authorization"] == f"Bearer {KEY}"

    assert KEY not in shown
    assert KEY not in caplog.text
    assert KEY not in repr(target)
    assert KEY not in repr(client)


async def test_nothing_is_left_for_the_garbage_collector(ask):
    async with FakeProvider(script=["cut", "500", "drop", None]) as fake, ModelClient() as client:
        for model in ("m", "fault:stall", "m"):
            with contextlib.suppress(ConnectionFailed, ProviderFailed, TimedOut):
                await client.generate(at(fake), ask(model=model), timeout_s=0.05, policy=NO_RETRY)
    gc.collect()  # an unclosed response or session would warn here, and warnings are errors


class TestVectors:
    async def test_texts_become_vectors_over_the_same_address(self, client):
        async with FakeProvider() as fake:
            found = await client.embed(at(fake, "e"), ["abba", "cab"], extra={"dimensions": 26})

        assert [vector[:3] for vector in found.vectors] == [[2, 2, 0], [1, 1, 1]]
        assert (found.model, found.usage, found.attempts) == ("e", Usage(input=3), 1)
        assert fake.requests[0].path == "/v1/embeddings"
        assert fake.requests[0].body == {"model": "e", "input": ["abba", "cab"], "dimensions": 26}

    async def test_a_failure_is_tried_again(self, client, still):
        async with FakeProvider(script=["500", None]) as fake:
            found = await client.embed(at(fake, "e"), ["a"])

        assert (found.attempts, still.slept_s) == (2, [0.25])

    async def test_what_is_no_vector_is_malformed(self, client):
        async with FakeProvider(script=["garbage"]) as fake:
            with pytest.raises(MalformedReply):
                await client.embed(at(fake, "e"), ["a"], policy=NO_RETRY)
