"""Anthropic's messages: what is sent, what is read, and a stream in pieces of any size."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import BadInput, ConnectionFailed, MalformedReply, ModelError, RateLimited
from assay.models.provider import Quirks
from assay.models.types import Message, Parameters, Request, Tool, ToolCall, Usage
from assay.models.wire.anthropic_messages import StreamDecoder, decode, decode_complaint, encode, open_stream

PLAIN = Quirks(json_schema="none", seed=False)


def body_of(*messages: Message, **more: object) -> dict[str, object]:
    return json.loads(encode(Request(model="m", messages=messages, **more), PLAIN))


def event(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


STREAM = b"".join(
    [
        event("message_start", message={"model": "claude", "content": [], "usage": {"input_tokens": 9}}),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        event("ping"),
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": "bil"}),
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": "ling é"}),
        event("content_block_stop", index=0),
        event(
            "content_block_start", index=1, content_block={"type": "tool_use", "id": "t1", "name": "look", "input": {}}
        ),
        event("content_block_delta", index=1, delta={"type": "input_json_delta", "partial_json": '{"q":'}),
        event("content_block_delta", index=1, delta={"type": "input_json_delta", "partial_json": ' "a"}'}),
        event("message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 7}),
        event("message_stop"),
    ]
)


def test_the_system_stands_apart_and_the_longest_reply_is_always_said():
    body = body_of(
        Message(role="system", content="Be brief."),
        Message(role="developer", content="In English."),
        Message(role="user", content="hi"),
        parameters=Parameters(stop=("\n",), seed=7, top_p=0.5, presence_penalty=1.0),
    )

    assert body == {
        "model": "m",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": "hi"}],
        "system": "Be brief.\n\nIn English.",
        "top_p": 0.5,
        "stop_sequences": ["\n"],
    }


def test_tools_and_their_results_have_its_own_form():
    call = ToolCall(id="t1", name="look", arguments='{"q": "a"}')
    body = body_of(
        Message(role="user", content="hi"),
        Message(role="assistant", content="wait", tool_calls=(call, ToolCall(id="t2", name="look", arguments="{"))),
        Message(role="tool", content="found", tool_call_id="t1"),
        Message(role="tool", content="nothing", tool_call_id="t2"),
        tools=(Tool(name="look", description="Looks.", parameters={"type": "object"}),),
    )
    spoken, results = body["messages"][1:]

    assert body["tools"] == [{"name": "look", "description": "Looks.", "input_schema": {"type": "object"}}]
    assert spoken["content"][1] == {"type": "tool_use", "id": "t1", "name": "look", "input": {"q": "a"}}
    assert spoken["content"][2]["input"] == {"arguments": "{"}
    assert [result["tool_use_id"] for result in results["content"]] == ["t1", "t2"]


def test_no_extra_parameter_replaces_a_part_of_the_call():
    with pytest.raises(BadInput, match="'system'"):
        body_of(Message(role="user", content="hi"), parameters=Parameters(extra={"system": "x"}))

    assert body_of(Message(role="user", content="hi"), parameters=Parameters(extra={"top_k": 3}))["top_k"] == 3


def test_a_whole_answer_is_read():
    reply = decode(
        json.dumps(
            {
                "model": "claude",
                "content": [
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "text", "text": "a"},
                    {"type": "tool_use", "id": "t", "name": "look", "input": {"q": 1}},
                ],
                "stop_reason": "max_tokens",
                "usage": {
                    "input_tokens": 1,
                    "cache_read_input_tokens": 2,
                    "cache_creation_input_tokens": 3,
                    "output_tokens": 4,
                },
            }
        ).encode()
    )

    assert (reply.text, reply.finish) == ("a", "length")
    assert reply.tool_calls == (ToolCall(id="t", name="look", arguments='{"q": 1}'),)
    assert reply.usage == Usage(input=6, output=4, cached=2, cache_write=3)


def test_a_refusal_is_one():
    answer = {"content": [{"type": "text", "text": "no"}], "stop_reason": "refusal"}
    reply = decode(json.dumps(answer).encode())

    assert (reply.text, reply.refusal, reply.finish) == ("", "no", "content_filter")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"content": 3}', b"\xff", b'{"content": [{"type": "tool_use"}]}']
)
def test_what_is_no_message_is_malformed(body):
    with pytest.raises(MalformedReply):
        decode(body, content_type="text/html")


def test_a_complaint_that_came_as_a_success_is_the_error_that_it_means():
    body = json.dumps({"type": "error", "error": {"type": "rate_limit_error", "message": "slower"}}).encode()

    with pytest.raises(RateLimited, match="slower"):
        decode(body)
    assert decode_complaint(body).message == "slower"
    assert decode_complaint(b"<html>").message is None
    assert decode_complaint(b'{"error": "gone"}').message == "gone"


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=12))
def test_a_stream_is_the_same_in_pieces_of_any_size(cuts):
    decoder = StreamDecoder()
    places = [0, *sorted(cuts), len(STREAM)]
    text = "".join(decoder.feed(STREAM[a:b]) for a, b in itertools.pairwise(places) if a < b)
    reply = decoder.end()

    assert text == reply.text == "billing é"
    assert reply.tool_calls == (ToolCall(id="t1", name="look", arguments='{"q": "a"}'),)
    assert (reply.model, reply.finish, reply.usage) == ("claude", "tool_calls", Usage(input=9, output=7))
    assert decoder.done


def test_a_stream_that_ends_early_is_no_reply():
    decoder = StreamDecoder()
    decoder.feed(STREAM[:300])

    with pytest.raises(ConnectionFailed):
        decoder.end()


def test_a_stream_that_complains_is_an_error():
    with pytest.raises(ModelError, match="overloaded"):
        StreamDecoder().feed(event("error", error={"type": "overloaded_error", "message": "overloaded"}))
    with pytest.raises(MalformedReply):
        StreamDecoder().feed(b"data: {\n\n")


def test_a_whole_answer_to_a_streamed_call_is_read_at_its_end():
    decoder = open_stream(content_type="application/json")
    decoder.feed(b'{"content": [{"type": "text", ')
    decoder.feed(b'"text": "a"}]}')

    assert decoder.end().text == "a"
    assert isinstance(open_stream(content_type="text/event-stream"), StreamDecoder)
