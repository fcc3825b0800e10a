"""The child's HTTP application over a scripted engine: OpenAI's shapes, the key, and streams that break."""

import asyncio
import io
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from assay.models.embedded.answer import End, Piece
from assay.models.embedded.llama import EngineGone
from assay.models.embedded.pool import Pool
from assay.models.embedded.refusal import Refused
from assay.models.embedded.service import About, Service
from assay.models.embedded.weights import MODEL, Vocabulary

TOKEN = "the-right-token"
END = End(finish="stop", prompt_tokens=9, cached_tokens=4, output_tokens=2)
ABOUT = About(
    pid=77,
    token=TOKEN,
    fingerprint="weights-and-engine",
    vocabulary=Vocabulary(turn_start=1, turn_end=2, control=frozenset({0, 1, 2})),
    context_tokens=64,
)


class Scripted:
    """An engine that says what it was told to, or fails where it was told to."""

    def __init__(self, *pieces: Piece | Exception, holds: bool = True) -> None:
        self.pieces = pieces
        self.holds = holds
        self.asked: list[dict[str, object]] = []
        self.left = asyncio.Event()
        self.waits_after = len(pieces)

    def at(self, slot):
        return self

    async def tokenise(self, text):
        return [byte + 100 for byte in text.encode()]

    async def can_hold_to(self, schema, ids):
        return self.holds

    async def complete(self, body):
        self.asked.append(body)
        text = ""
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            text += piece.text
        return Piece(text=text, end=END)

    async def stream(self, body):
        self.asked.append(body)
        try:
            for at, piece in enumerate(self.pieces):
                if at == self.waits_after:
                    await asyncio.Event().wait()
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self.left.set()


@asynccontextmanager
async def serving(engine: Scripted):
    async def start():
        return engine

    service = Service(ABOUT, Pool(start, most=1))
    runner = web.AppRunner(service.application(), access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession(base_url, headers={"Authorization": f"Bearer {TOKEN}"}) as session:
            yield session, service
    finally:
        await runner.cleanup()


def call(**more: object) -> dict[str, object]:
    return {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], **more}


async def events(answer: aiohttp.ClientResponse) -> list[object]:
    lines = (await answer.text()).split("\n\n")
    assert lines.pop() == ""
    return [line.removeprefix("data: ") if line == "data: [DONE]" else json.loads(line[6:]) for line in lines]


async def test_a_reply_has_openais_shape():
    async with serving(Scripted(Piece(text="Hel"), Piece(text="lo", end=END))) as (http, service):
        async with http.post("/v1/chat/completions", json=call()) as answer:
            body = await answer.json()

        assert answer.status == 200
        assert answer.headers["X-Request-Id"] == body["id"]
        assert (body["object"], body["model"]) == ("chat.completion", MODEL)
        assert body["system_fingerprint"] == "weights-and-engine"
        (choice,) = body["choices"]
        assert choice["message"]["content"] == "Hello"
        assert choice["finish_reason"] == "stop"
        assert body["usage"]["prompt_tokens"] == 9
        assert body["usage"]["completion_tokens"] == 2
        assert body["usage"]["total_tokens"] == 11
        assert body["usage"]["prompt_tokens_details"]["cached_tokens"] == 4
        assert service.activity.calls == 1


@pytest.mark.parametrize("with_usage", [False, True])
async def test_a_stream_has_openais_shape(with_usage):
    async with serving(Scripted(Piece(text="Hel"), Piece(text="lo"), Piece(text="", end=END))) as (http, _):
        body = call(stream=True, stream_options={"include_usage": with_usage})
        async with http.post("/v1/chat/completions", json=body) as answer:
            found = await events(answer)

    assert answer.content_type == "text/event-stream"
    assert found.pop() == "[DONE]"
    if with_usage:
        assert all(event["usage"] is None for event in found[:-1])
        last = found.pop()
        assert (last["choices"], last["usage"]["total_tokens"]) == ([], 11)
    else:
        assert not any("usage" in event for event in found)
    assert len({event["id"] for event in found}) == 1
    choices = [event["choices"][0] for event in found]
    assert choices[0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert [choice["delta"].get("content") for choice in choices[1:]] == ["Hel", "lo", None]
    assert [choice["finish_reason"] for choice in choices] == [None, None, None, "stop"]


async def test_a_stream_that_breaks_ends_with_an_error_and_never_as_if_it_were_whole():
    for last in ([], [Refused("the engine broke off", code="x", status=500)], [EngineGone("gone", code="x")]):
        async with serving(Scripted(Piece(text="Hel"), *last)) as (http, service):
            async with http.post("/v1/chat/completions", json=call(stream=True)) as answer:
                found = await events(answer)

            assert answer.status == 200
            assert found[-1]["error"]["code"] == "stream_interrupted"
            assert found[-1]["error"]["type"] == "server_error"
            assert "[DONE]" not in found
            assert service.ending.is_set() is bool(last and isinstance(last[0], EngineGone))


async def test_what_fails_before_the_first_piece_is_an_answer_of_its_own():
    for stream in (False, True):
        async with serving(Scripted(Refused("no room", code="x"))) as (http, _):
            async with http.post("/v1/chat/completions", json=call(stream=stream)) as answer:
                body = await answer.json()

            assert (answer.status, body["error"]["message"]) == (400, "no room")


async def test_an_engine_that_is_gone_ends_the_child():
    async with serving(Scripted(EngineGone("the engine does not answer", code="embedded.engine"))) as (http, service):
        async with http.post("/v1/chat/completions", json=call()) as answer:
            body = await answer.json()

        assert (answer.status, body["error"]["type"]) == (500, "server_error")
        assert service.ending.is_set()


async def test_a_client_that_leaves_stops_the_engine(settled):
    engine = Scripted(Piece(text="Hel"), Piece(text="lo"))
    engine.waits_after = 1
    async with serving(engine) as (http, service):
        answer = await http.post("/v1/chat/completions", json=call(stream=True))
        await answer.content.readline()
        answer.close()

        async with asyncio.timeout(2):
            await engine.left.wait()
        await settled(lambda: service.activity.idle_s() > 0)


async def test_nothing_is_answered_without_the_key():
    async with serving(Scripted()) as (http, service):
        for method, path in (
            ("GET", "/health"),
            ("POST", "/stop"),
            ("GET", "/v1/models"),
            ("POST", "/v1/chat/completions"),
        ):
            for shown in ("", "Bearer wrong", "Bearer ", f"Basic {TOKEN}x"):
                async with http.request(method, path, headers={"Authorization": shown}) as answer:
                    assert answer.status == 401
                    assert (await answer.json())["error"]["code"] == "invalid_api_key"

        assert not service.ending.is_set()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/v1/chat/completions", 405), ("GET", "/v1/models/gpt-4o", 404)],
)
async def test_what_is_not_there_is_said_in_openais_form(method, path, status):
    async with serving(Scripted()) as (http, _), http.request(method, path) as answer:
        body = await answer.json()

    assert answer.status == status
    assert body["error"].keys() == {"message", "type", "param", "code"}


async def test_another_model_is_not_there():
    async with serving(Scripted()) as (http, _):
        async with http.post("/v1/chat/completions", json=call(model="gpt-4o")) as answer:
            body = await answer.json()

        assert (answer.status, body["error"]["code"]) == (404, "model_not_found")


async def test_a_body_of_many_megabytes_is_refused():
    body = io.BytesIO(b" " * (9 * 1024 * 1024))
    async with serving(Scripted()) as (http, _), http.post("/v1/chat/completions", data=body) as answer:
        assert answer.status == 413
        assert (await answer.json())["error"]["message"]


async def test_a_schema_that_the_engine_cannot_hold_to_is_refused():
    form = {"type": "json_schema", "json_schema": {"schema": {"type": "nope"}}}
    engine = Scripted(Piece(text="free text", end=END), holds=False)
    async with serving(engine) as (http, _):
        async with http.post("/v1/chat/completions", json=call(response_format=form)) as answer:
            body = await answer.json()

        assert (answer.status, body["error"]["code"]) == (400, "invalid_json_schema")
        assert engine.asked == []


async def test_models_are_listed():
    async with serving(Scripted()) as (http, _):
        async with http.get("/v1/models") as answer:
            listed = await answer.json()
        async with http.get(f"/v1/models/{MODEL}") as answer:
            one = await answer.json()

        assert listed == {"object": "list", "data": [one]}
        assert one["id"] == MODEL


async def test_a_look_is_no_claim():
    async with serving(Scripted()) as (http, service):
        await asyncio.sleep(0.05)
        async with http.get("/health") as answer:
            assert (await answer.json())["pid"] == 77
        assert service.activity.idle_s() > 0.04

        async with http.get("/health?claim=1"):
            assert service.activity.idle_s() < 0.04


async def test_a_fault_of_ours_is_an_answer_and_stands_in_the_log(capsys):
    async with serving(Scripted(ZeroDivisionError("a fault"))) as (http, _):
        async with http.post("/v1/chat/completions", json=call()) as answer:
            body = await answer.json()

        assert (answer.status, body["error"]["code"]) == (500, "internal")
        assert "a fault" not in body["error"]["message"]
        assert "ZeroDivisionError: a fault" in capsys.readouterr().err


async def test_asked_to_stop_it_does():
    async with serving(Scripted()) as (http, service):
        async with http.post("/stop") as answer:
            assert answer.status == 200

        assert service.ending.is_set()
