import contextlib
import itertools
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import (
    BadInput,
    ConnectionFailed,
    MalformedReply,
    ModelError,
    ProviderFailed,
    ProviderRejected,
    RateLimited,
)
from assay.models.provider import Quirks
from assay.models.secret import Secret
from assay.models.types import Message, Parameters, Request, Tool, ToolCall, Usage
from assay.models.wire.openai_chat import StreamDecoder, decode, decode_complaint, encode, open_stream
from assay.testing.fake_reply import Answer, FakeReply

CALL = ToolCall(id="call_1", name="find_order", arguments='{"id": 7}')


def sent(request, quirks=Quirks(), **how):  # noqa: B008 - frozen
    return json.loads(encode(request, quirks, **how))


def request(*messages, **more):
    return Request(model="m", messages=messages or (Message(role="user", content="hi"),), **more)


def completion(message=None, finish="stop", **more):
    message = {"role": "assistant", "content": "Hello"} if message is None else message
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": finish}], **more}).encode()


@pytest.mark.parametrize(
    ("told", "logprobs"),
    [
        ({"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1}]}, (-0.5, -1.0)),
        ({"tokens": ["a", "b"], "token_logprobs": [None, -2.5]}, (-2.5,)),
        (None, ()),
        ({"content": None}, ()),
        ({"content": "?"}, ()),
        ("?", ()),
    ],
)
def test_how_likely_each_token_was_is_read_in_the_forms_that_are_about(told, logprobs):
    body = {"choices": [{"message": {"content": "ab"}, "finish_reason": "stop", "logprobs": told}]}

    assert decode(json.dumps(body).encode()).logprobs == logprobs


class TestEncode:
    def test_what_is_not_set_is_not_sent(self):
        assert sent(request()) == {"model": "m", "messages": [{"role": "user", "content": "hi"}]}

    def test_every_parameter_has_its_name(self):
        parameters = Parameters(
            temperature=0.0,
            top_p=0.9,
            max_tokens=5,
            seed=0,
            stop=("a", "b"),
            frequency_penalty=0.1,
            presence_penalty=0.2,
            reasoning_effort="low",
        )
        body = sent(request(parameters=parameters))

        assert {name: value for name, value in body.items() if name not in {"model", "messages"}} == {
            "temperature": 0.0,
            "top_p": 0.9,
            "max_tokens": 5,
            "seed": 0,
            "stop": ["a", "b"],
            "frequency_penalty": 0.1,
            "presence_penalty": 0.2,
            "reasoning_effort": "low",
        }

    def test_quirks_rename_and_leave_out(self):
        quirks = Quirks(max_tokens_field="max_completion_tokens", seed=False, json_schema="none", stream_usage=False)
        body = sent(
            request(parameters=Parameters(max_tokens=5, seed=1), response_schema={"type": "object"}),
            quirks,
            stream=True,
        )

        assert body == {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "max_completion_tokens": 5,
            "stream": True,
        }

    def test_a_stream_is_asked_for_its_usage(self):
        assert sent(request(), stream=True)["stream_options"] == {"include_usage": True}

    @pytest.mark.parametrize(
        ("support", "schema", "described"),
        [
            ("plain", {"type": "object"}, {"name": "reply", "schema": {"type": "object"}}),
            ("strict", {"type": "object"}, {"name": "reply", "schema": {"type": "object"}, "strict": False}),
            (
                "strict",
                {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
                {
                    "name": "reply",
                    "schema": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
                    "strict": True,
                },
            ),
            ("plain", {"title": "Ein Ticket (v2)"}, {"name": "Ein_Ticket_v2", "schema": {"title": "Ein Ticket (v2)"}}),
            ("plain", {"title": "票" * 3}, {"name": "reply", "schema": {"title": "票" * 3}}),
            ("plain", {"title": 5}, {"name": "reply", "schema": {"title": 5}}),
        ],
    )
    def test_a_schema_is_passed_on_as_far_as_the_server_can_be_bound_by_it(self, support, schema, described):
        body = sent(request(response_schema=schema), Quirks(json_schema=support))

        assert body["response_format"] == {"type": "json_schema", "json_schema": described}

    def test_tools_and_their_calls_and_results(self):
        tool = Tool(name="find_order", description="Finds an order.", parameters={"type": "object"})
        body = sent(
            request(
                Message(role="user", content="where?", name="ada"),
                Message(role="assistant", content="", tool_calls=(CALL,)),
                Message(role="tool", content="lost", tool_call_id="call_1"),
                tools=(tool,),
            )
        )

        assert body["tools"] == [
            {
                "type": "function",
                "function": {
                    "name": "find_order",
                    "description": "Finds an order.",
                    "parameters": {"type": "object"},
                },
            }
        ]
        assert body["messages"] == [
            {"role": "user", "content": "where?", "name": "ada"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "find_order", "arguments": '{"id": 7}'},
                    }
                ],
            },
            {"role": "tool", "content": "lost", "tool_call_id": "call_1"},
        ]

    @pytest.mark.parametrize(("known", "role"), [(True, "developer"), (False, "system")])
    def test_the_developers_role_is_the_systems_where_it_is_not_known(self, known, role):
        developer = Message(role="developer", content="x", name="d")

        assert sent(request(developer), Quirks(developer_role=known))["messages"] == [
            {"role": role, "content": "x", "name": "d"}
        ]

    def test_extra_parameters_are_merged_and_go_before_the_named_ones(self):
        parameters = Parameters(temperature=0.5, extra={"top_k": 4, "temperature": 1})

        assert sent(request(parameters=parameters)) == {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "temperature": 1,
            "top_k": 4,
        }

    @pytest.mark.parametrize("name", ["messages", "model", "stream", "stream_options"])
    def test_extra_parameters_never_replace_the_call_itself(self, name):
        with pytest.raises(BadInput, match=f"'{name}' would replace"):
            encode(request(parameters=Parameters(extra={name: 1})), Quirks())

    def test_half_a_surrogate_pair_is_refused(self):
        with pytest.raises(BadInput) as caught:
            encode(request(Message(role="user", content="a\ud800b")), Quirks())

        assert caught.value.code == "model.not_utf8"

    @pytest.mark.parametrize("value", [object(), {1.5: object()}, lambda: 1], ids=["object", "nested", "function"])
    def test_what_is_no_json_is_refused(self, value):
        with pytest.raises(BadInput) as caught:
            encode(request(parameters=Parameters(extra={"x": value})), Quirks())

        assert caught.value.code == "model.not_json"

    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
    def test_any_text_arrives_as_it_is(self, text):
        assert sent(request(Message(role="user", content=text)))["messages"] == [{"role": "user", "content": text}]


class TestDecode:
    def test_a_server_may_leave_out_what_it_does_not_know(self):
        reply = decode(completion())

        assert (reply.text, reply.finish, reply.model, reply.usage) == ("Hello", "stop", "", Usage())
        assert reply.usage.input is None

    @pytest.mark.parametrize(
        ("wire", "finish"),
        [
            ("stop", "stop"),
            ("length", "length"),
            ("tool_calls", "tool_calls"),
            ("function_call", "tool_calls"),
            ("content_filter", "content_filter"),
            ("eos", "unknown"),
            (None, "unknown"),
        ],
    )
    def test_the_reason_to_finish(self, wire, finish):
        assert decode(completion(finish=wire)).finish == finish

    def test_a_refusal_has_no_text(self):
        reply = decode(completion({"role": "assistant", "content": None, "refusal": "I can't."}))

        assert (reply.text, reply.refusal, reply.finish) == ("", "I can't.", "stop")

    def test_tool_calls_keep_their_arguments_as_the_model_wrote_them(self):
        calls = [{"id": "call_1", "type": "function", "function": {"name": "find_order", "arguments": '{"id": 7}'}}]
        reply = decode(completion({"content": None, "tool_calls": calls}, finish="tool_calls"))

        assert reply.tool_calls == (CALL,)

    @pytest.mark.parametrize(
        ("told", "kept"), [({"trace": {"spans": []}}, {"trace": {"spans": []}}), ({}, None), (None, None), ("x", None)]
    )
    def test_what_a_server_tells_beside_the_reply_is_kept(self, told, kept):
        body = msgspec.json.decode(completion()) | {"metadata": told}

        assert decode(msgspec.json.encode(body)).metadata == kept

    def test_content_in_parts_is_joined_and_what_is_not_text_left_out(self):
        parts = [{"type": "thinking", "text": "hm"}, {"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]

        assert decode(completion({"content": parts})).text == "Hello"

    @pytest.mark.parametrize(
        ("wire", "usage"),
        [
            pytest.param({}, Usage(), id="nothing"),
            pytest.param(
                {
                    "prompt_tokens": 100,
                    "completion_tokens": 20,
                    "total_tokens": 120,
                    "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 10, "audio_tokens": 0},
                    "completion_tokens_details": {"reasoning_tokens": 12},
                },
                Usage(input=100, output=20, cached=64, cache_write=10, reasoning=12),
                id="openai",
            ),
            pytest.param(
                {"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": None},
                Usage(input=9, output=1),
                id="no-details",
            ),
            pytest.param(
                {"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 0}},
                Usage(input=9, output=1, cached=0),
                id="zero-is-known",
            ),
            pytest.param(
                {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4},
                Usage(input=9, output=1, cached=4),
                id="another-name-for-cached",
            ),
            pytest.param(
                {
                    "prompt_tokens": 10,
                    "completion_tokens": 5,
                    "total_tokens": 35,
                    "completion_tokens_details": {"reasoning_tokens": 20},
                },
                Usage(input=10, output=25, reasoning=20),
                id="reasoning-beside-the-output",
            ),
            pytest.param({"prompt_tokens": -1, "completion_tokens": 3}, Usage(output=3), id="less-than-none"),
            pytest.param(None, Usage(), id="null"),
        ],
    )
    def test_usage_has_one_form(self, wire, usage):
        assert decode(completion(usage=wire)).usage == usage

    @pytest.mark.parametrize(
        ("body", "what"),
        [
            pytest.param(b"", "0 bytes of text/html", id="empty"),
            pytest.param(b"<html>private</html>", "20 bytes of text/html", id="html"),
            pytest.param(b"[]", "Expected `object`, got `array`", id="array"),
            pytest.param(b'"private"', "Expected `object`, got `str`", id="string"),
            pytest.param(b"{}", "no choice", id="no-choices"),
            pytest.param(b'{"choices": []}', "no choice", id="empty-choices"),
            pytest.param(b'{"choices": [{}]}', "missing required field `message`", id="no-message"),
            pytest.param(b'{"choices": [{"message": {"content": 5}}]}', "got `int`", id="content-is-a-number"),
            pytest.param(
                b'{"choices": [{"message": {}}], "usage": {"prompt_tokens": "private"}}', "got `str`", id="usage"
            ),
            pytest.param(
                b'{"choices": [{"message": {"tool_calls": [{"function": {}}]}}]}', "without a name", id="nameless-call"
            ),
            pytest.param(completion()[:-9], "truncated", id="cut"),
            pytest.param(b'{"choices": [{"message": {"content": "private\xff"}}]}', "not UTF-8", id="not-utf-8"),
            pytest.param(b'{"x": ' + b"[" * 100_000, "nested too deeply", id="too-deep"),
        ],
    )
    def test_what_is_no_completion_is_malformed_and_never_repeated(self, body, what):
        with pytest.raises(MalformedReply) as caught:
            decode(body, content_type="text/html")

        assert what in caught.value.what
        assert "private" not in str(caught.value)

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            ({"message": "x", "code": 429}, RateLimited),
            ({"message": "x", "code": "503"}, ProviderFailed),
            ({"message": "x", "type": "invalid_request_error"}, ProviderRejected),
            ({"message": "x", "type": "insufficient_quota"}, RateLimited),
            ("x", ProviderFailed),
            ({}, ProviderFailed),
        ],
    )
    def test_a_complaint_that_comes_as_a_success_is_the_error_it_means(self, error, kind):
        with pytest.raises(kind):
            decode(json.dumps({"error": error}).encode())

    @given(
        st.binary(max_size=200)
        | st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["choices", "message", "content", "usage", "error", "tool_calls", "x"]),
                    inner,
                    max_size=4,
                )
            ),
        ).map(lambda value: json.dumps(value).encode())
    )
    def test_whatever_comes_is_a_reply_or_a_model_error(self, body):
        with contextlib.suppress(ModelError):
            assert decode(body)


class TestComplaint:
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (b'{"error": {"message": "No.", "type": "t", "param": null, "code": null}}', "No."),
            (b'{"error": "No."}', "No."),
            (b'{"object": "error", "message": "No.", "code": 400}', "No."),
            (b'{"detail": "No."}', "No."),
            (b'{"detail": [{"loc": ["body"]}]}', '[{"loc": ["body"]}]'),
            (b"<html>No.</html>", None),
            (b"", None),
            (b"[]", None),
        ],
    )
    def test_the_forms_that_are_about(self, body, message):
        assert decode_complaint(body).message == message


def stream_of(reply, kind=None, *, usage=True, model="m"):
    body = {"model": model, "messages": [], "stream_options": {"include_usage": usage}}
    return b"".join(Answer(body, reply, kind).events())


def fed(stream, size=None):
    decoder = StreamDecoder()
    pieces = [stream] if size is None else [stream[at : at + size] for at in range(0, len(stream), size)]
    texts = [decoder.feed(piece) for piece in pieces]
    return texts, decoder


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
CALLS = st.lists(
    st.builds(ToolCall, id=st.text("abc", max_size=5), name=st.text("fg", min_size=1, max_size=5), arguments=TEXTS),
    max_size=3,
)


class TestStream:
    @given(
        text=TEXTS,
        calls=CALLS,
        newline=st.sampled_from([b"\n", b"\r\n"]),
        cuts=st.lists(st.integers(0, 4000), max_size=12),
    )
    def test_a_stream_cut_anywhere_is_the_whole_answer(self, text, calls, newline, cuts):
        reply = FakeReply(text=text, tool_calls=tuple(calls))
        stream = stream_of(reply).replace(b"\n", newline)
        places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
        decoder = StreamDecoder()
        texts = [decoder.feed(stream[begin:end]) for begin, end in itertools.pairwise(places)]

        assert "".join(texts) == text
        assert decoder.end() == decode(Answer({"model": "m", "messages": []}, reply, None).whole())

    def test_usage_comes_in_a_chunk_of_its_own(self):
        _, decoder = fed(stream_of("Hello there", usage=True))

        assert decoder.end().usage == Usage(input=1, output=2, cached=0, reasoning=0)

    def test_without_that_chunk_usage_is_unknown(self):
        _, decoder = fed(stream_of("Hello there", usage=False))

        assert decoder.end().usage == Usage()

    def test_a_refusal_is_put_together(self):
        texts, decoder = fed(stream_of(FakeReply(refusal="I can't help with that.")), size=11)

        assert "".join(texts) == ""
        assert decoder.end().refusal == "I can't help with that."

    def test_only_the_first_answer_counts(self):
        other = b'data: {"choices": [{"index": 1, "delta": {"content": "other"}}]}\n\n'
        texts, _ = fed(other + stream_of("mine"))

        assert "".join(texts) == "mine"

    @pytest.mark.parametrize(
        "first",
        [b"", b'data: {"choices": [], "prompt_filter_results": []}\n\n', b": ping\n\n"],
        ids=["plain", "azure", "ping"],
    )
    def test_what_comes_before_the_first_delta_is_passed_over(self, first):
        texts, _ = fed(first + stream_of("Hello"))

        assert "".join(texts) == "Hello"

    def test_what_follows_the_mark_of_the_end_is_passed_over(self):
        texts, decoder = fed(stream_of("Hello") + b"data: {not json\n\n")

        assert "".join(texts) == decoder.end().text == "Hello"

    def test_either_mark_of_the_end_is_enough(self):
        stream = stream_of("Hello")
        no_done = fed(stream.replace(b"data: [DONE]\n\n", b""))[1]
        no_finish = fed(stream.replace(b'"finish_reason":"stop"', b'"finish_reason":null'))[1]
        no_blank_line = fed(stream.replace(b'"stop"', b"null").removesuffix(b"\n\n"))[1]

        assert (no_done.end().finish, no_finish.end().finish, no_blank_line.end().finish) == (
            "stop",
            "unknown",
            "unknown",
        )

    @pytest.mark.parametrize("size", [None, 1, 7])
    def test_a_stream_that_ends_without_any_is_a_broken_connection(self, size):
        _, decoder = fed(stream_of("one two three", "cut"), size=size)

        with pytest.raises(ConnectionFailed, match="ended before the reply was whole"):
            decoder.end()

    @pytest.mark.parametrize(
        "event",
        [
            pytest.param(b"{not json", id="not-json"),
            pytest.param(b"[]", id="array"),
            pytest.param(b'{"choices": 5}', id="shape"),
            pytest.param(b'{"private": 5}', id="no-choices"),
            pytest.param(b'{"choices": [{"delta": {"content": 5}}]}', id="content"),
            pytest.param(b"\xff", id="not-utf-8"),
        ],
    )
    def test_a_bad_event_is_malformed(self, event):
        with pytest.raises(MalformedReply) as caught:
            fed(b"data: " + event + b"\n\n")

        assert "private" not in str(caught.value)

    def test_a_call_without_a_name_is_malformed(self):
        stream = stream_of(FakeReply(tool_calls=(CALL,))).replace(b'"name":"find_order"', b'"name":null')
        _, decoder = fed(stream)

        with pytest.raises(MalformedReply, match="without a name"):
            decoder.end()

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            ({"message": "x", "type": "server_error", "code": "stream_interrupted"}, ProviderFailed),
            ({"message": "x", "type": "requests", "code": "rate_limit_exceeded"}, RateLimited),
            ({"message": "x", "type": "invalid_request_error"}, ProviderRejected),
            ("overloaded", ProviderFailed),
        ],
    )
    def test_an_error_event_is_the_error_that_it_means(self, error, kind):
        with pytest.raises(kind, match=r"x|overloaded"):
            fed(stream_of("Hello", "cut") + b"data: " + json.dumps({"error": error}).encode() + b"\n\n")

    def test_an_error_event_does_not_show_the_key(self):
        decoder = StreamDecoder(secret=Secret("key-of-mine"))

        with pytest.raises(ProviderFailed) as caught:
            decoder.feed(b'data: {"error": {"message": "bad key key-of-mine"}}\n\n')

        assert "key-of-mine" not in str(caught.value)

    @given(st.binary(max_size=300))
    def test_whatever_comes_is_a_reply_or_a_model_error(self, stream):
        with contextlib.suppress(ModelError):
            assert fed(b"data: " + stream + b"\n\n")[1].end()

    @pytest.mark.parametrize("content_type", ["application/json"])
    def test_a_server_that_does_not_stream_is_understood(self, content_type):
        decoder = open_stream(content_type=content_type)
        body = completion()

        assert decoder.feed(body[:10]) + decoder.feed(body[10:]) == ""
        assert decoder.end() == decode(body)

    def test_a_page_instead_of_a_stream_is_malformed(self):
        decoder = open_stream(content_type="text/html")
        decoder.feed(b"<html>")

        with pytest.raises(MalformedReply, match="6 bytes of text/html"):
            decoder.end()
