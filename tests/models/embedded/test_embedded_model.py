"""The real model in its child: control tokens in a value are text, and a reply depends on its request alone."""

import asyncio
import json

import openai
import pytest

from assay.core.schema import compile_schema
from assay.models.client import ModelClient
from assay.models.embedded.weights import MODEL
from assay.models.target import parse_target
from assay.models.types import Message, Parameters, Request

pytestmark = pytest.mark.model

PREFIX = "You sort tickets. A ticket about money is billing, one about a fault is technical. " * 10


def text_of(body):
    return body["choices"][0]["message"]["content"]


def test_no_text_becomes_a_control_token(real_tokens):
    control, start, end = set(real_tokens["control"]), real_tokens["turn_start"], real_tokens["turn_end"]

    for text, ids in zip(real_tokens["texts"], real_tokens["hostile"], strict=True):
        assert (ids.count(start), ids.count(end)) == (3, 2), text
        assert [token for token in ids if token in control] == [start, end, start, end, start], text


def test_every_text_comes_through_whole(real_tokens):
    assert real_tokens["restored"] == [f"user\n{text}" for text in real_tokens["texts"]]


def test_a_chat_server_would_have_read_the_control_tokens_out_of_the_values(real_tokens):
    # Without this, the two tests above would pass on a tokeniser that knows no control tokens at all.
    control = set(real_tokens["control"])
    framed = [sum(token in control for token in ids) for ids in real_tokens["parsed"]]

    # The third, </s>, is no token of this model, and the seventh only looks like roles.
    assert [count > 5 for count in framed] == [True, True, False, True, True, True, False, True]


def test_ordinary_messages_are_framed_as_by_the_models_own_template(real_tokens):
    assert real_tokens["ordinary"] == real_tokens["by_template"]


async def test_the_child_counts_the_tokens_of_a_hostile_value_as_text(chat, real_tokens):
    for text, ids in list(zip(real_tokens["texts"], real_tokens["hostile"], strict=True))[:10]:
        messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
        status, body = await chat(messages=messages, max_tokens=1)

        assert status == 200
        assert body["usage"]["prompt_tokens"] == len(ids)


async def test_the_same_request_gets_the_same_reply_whatever_ran_before(chat):
    def ask(text, **more):
        return chat(messages=[{"role": "system", "content": PREFIX}, {"role": "user", "content": text}], **more)

    wanted = {"text": "The app crashes when I pay.", "max_tokens": 24}
    (_, first), *_ = await asyncio.gather(ask(**wanted), ask("Where is my invoice?", max_tokens=20))
    others = [("A" * at, {"temperature": 1.0, "seed": at}) for at in (1, 70, 200)]
    replies = [first]
    for text, more in others:
        await asyncio.gather(ask(text, **more), chat(text * 3, "yes", text))
        replies.append((await ask(**wanted))[1])
    (_, last), *_ = await asyncio.gather(ask(**wanted), ask("Please call me back.", max_tokens=20))

    assert {text_of(reply) for reply in [*replies, last]} == {text_of(first)}
    assert len(text_of(first)) > 20


async def test_a_seed_makes_a_draw_repeatable(chat):
    drawn = [text_of((await chat("Tell me a story.", temperature=1.0, seed=seed))[1]) for seed in (1, 2, 1, 3)]
    free = [text_of((await chat("Tell me a story.", temperature=1.0))[1]) for _ in range(4)]

    assert drawn[0] == drawn[2]
    assert len(set(drawn)) > 1
    assert len(set(free)) > 1


async def test_a_shared_beginning_is_evaluated_once(chat):
    for text in ("first", "second", "third"):
        _, body = await chat(messages=[{"role": "system", "content": PREFIX}, {"role": "user", "content": text}])

    usage = body["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > usage["prompt_tokens"] * 0.9


SCHEMA = {
    "type": "object",
    "properties": {"kind": {"enum": ["billing", "technical"]}, "urgent": {"type": "boolean"}},
    "required": ["kind", "urgent"],
    "additionalProperties": False,
}


def form(schema):
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


@pytest.mark.parametrize(
    "schema",
    [
        SCHEMA,
        {"enum": ["yes", "no"]},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        {"$defs": {"a": {"const": "fixed"}}, "$ref": "#/$defs/a"},
        {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3, "uniqueItems": True},
    ],
    ids=["object", "enum", "array", "reference", "beyond-the-engine"],
)
async def test_a_reply_holds_to_its_schema(chat, schema):
    status, body = await chat("I was charged twice, help now!", response_format=form(schema), max_tokens=40)

    assert status == 200
    assert body["choices"][0]["finish_reason"] == "stop"
    text = text_of(body)
    assert "\n" not in text
    wanted = {key: value for key, value in schema.items() if key != "uniqueItems"}
    assert compile_schema(wanted).is_valid(json.loads(text))


@pytest.mark.parametrize(
    "schema",
    [{"type": "nope"}, {"$ref": "https://example.invalid/schema.json"}, {"type": "string", "pattern": "(?<=a)b"}],
    ids=["no-schema", "outside", "look-behind"],
)
async def test_a_schema_that_cannot_be_held_to_is_refused_and_never_ignored(chat, schema):
    status, body = await chat("hello", response_format=form(schema))

    assert (status, body["error"]["code"]) == (400, "invalid_json_schema")


async def test_a_schema_of_great_depth_does_no_harm(chat):
    deep: dict[str, object] = {"type": "integer"}
    for _ in range(250):
        deep = {"type": "object", "properties": {"a": deep}}

    status, _ = await chat("hello", response_format=form(deep))

    assert status in {200, 400}
    assert (await chat("hello"))[0] == 200


async def test_why_a_reply_ended_is_told(chat):
    _, long = await chat("Count from one to a hundred.", max_tokens=5)
    _, stopped = await chat("Say hello to me.", max_tokens=60, stop=["e"])
    _, ended = await chat("Answer yes or no: is water wet?", response_format=form({"enum": ["yes", "no"]}))

    assert long["choices"][0]["finish_reason"] == "length"
    assert long["usage"]["completion_tokens"] == 5
    assert stopped["choices"][0]["finish_reason"] == "stop"
    assert "e" not in text_of(stopped)
    assert ended["choices"][0]["finish_reason"] == "stop"


async def test_a_prompt_beyond_the_context_is_refused(chat):
    status, body = await chat("word " * 5000)

    assert (status, body["error"]["code"], body["error"]["param"]) == (400, "context_length_exceeded", "messages")


async def test_the_fingerprint_names_weights_and_engine(chat):
    _, body = await chat("hello", max_tokens=1)

    assert body["system_fingerprint"].startswith(f"{MODEL}-q4_0-b179c952-xllamacpp-")


async def test_openais_own_client_is_served_unchanged(child):
    async with openai.AsyncOpenAI(base_url=child.base_url, api_key=child.token, max_retries=0) as client:
        call = {"model": MODEL, "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 6}
        plain = await client.chat.completions.create(**call)
        pieces = [piece async for piece in await client.chat.completions.create(**call, stream=True)]
        with pytest.raises(openai.BadRequestError) as refused:
            await client.chat.completions.create(**call, temperature=9)
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(**{**call, "model": "gpt-4o"})
        with pytest.raises(openai.AuthenticationError):
            await client.with_options(api_key="wrong").models.list()
        assert [model.id for model in (await client.models.list()).data] == [MODEL]

    assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == plain.choices[0].message.content
    assert refused.value.code == "invalid_value"
    assert refused.value.param == "temperature"
    assert refused.value.request_id


async def test_the_packages_own_client_is_served(child):
    async def endpoint():
        return child.base_url, child.token

    request = Request(
        model=MODEL,
        messages=(Message(role="user", content="Is fire hot?"),),
        parameters=Parameters(temperature=0.0, max_tokens=8, seed=1, stop=("\n",)),
        response_schema={"enum": ["yes", "no"]},
    )
    target = parse_target(f"embedded/{MODEL}")
    async with ModelClient(embedded_endpoint=endpoint) as client:
        whole = await client.generate(target, request)
        streamed = [delta async for delta in client.stream(target, request)]

    assert whole.text in {'"yes"', '"no"'}
    assert (whole.finish, whole.attempts) == ("stop", 1)
    assert whole.usage.input is not None
    assert whole.usage.output is not None
    assert "".join(delta.text for delta in streamed) == whole.text
