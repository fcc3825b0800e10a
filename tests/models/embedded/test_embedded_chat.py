"""From a chat call to what the engine is asked: what is refused, how messages are framed, how tokens are drawn."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.embedded.chat import ChatMessage, encode_prompt, engine_request, read_request
from assay.models.embedded.refusal import Refused
from assay.models.embedded.weights import Vocabulary

VOCABULARY = Vocabulary(turn_start=1, turn_end=2, control=frozenset({0, 1, 2}))
MESSAGES = [{"role": "user", "content": "hello"}]


DEEP = b'{"model": "m", "response_format": {"type": "json_schema", "json_schema": {"schema": ' + b'{"a": ' * 100_000


async def by_bytes(text: str) -> list[int]:
    """A tokeniser that knows no control tokens, as the engine's with their reading switched off."""
    return [byte + 100 for byte in text.encode()]


async def by_markers(text: str) -> list[int]:
    """A tokeniser that reads control tokens out of a text: what must never reach the model."""
    return [1 if "<|im_start|>" in text else 100]


def read(**more: object):
    return read_request(json.dumps({"model": "m", "messages": MESSAGES, **more}).encode())


def asked(*, ids=(5,), context_tokens=4096, **more: object):
    return engine_request(read(**more), ids, context_tokens=context_tokens, any_seed=99)


def text_of(ids: list[int]) -> str:
    return bytes(token - 100 for token in ids).decode()


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        pytest.param({"surprise": 1}, "unsupported_parameter", "surprise", id="unknown"),
        pytest.param(
            {"messages": [{"role": "user", "weight": 0}]}, "unsupported_parameter", "messages[0].weight", id="in"
        ),
        pytest.param({"messages": []}, "invalid_value", "messages", id="no-message"),
        pytest.param({"messages": "hello"}, "invalid_value", "messages", id="no-list"),
        pytest.param(
            {"messages": [{"role": "tool", "content": ""}]}, "invalid_value", "messages[0].role", id="tool-role"
        ),
        pytest.param({"messages": [{"content": ""}]}, "invalid_value", "messages[0]", id="no-role"),
        pytest.param({"model": None}, "invalid_value", "model", id="model"),
        pytest.param({"temperature": 2.5}, "invalid_value", "temperature", id="hot"),
        pytest.param({"temperature": "0"}, "invalid_value", "temperature", id="text-for-number"),
        pytest.param({"top_p": 0}, "invalid_value", "top_p", id="nothing-left"),
        pytest.param({"max_tokens": 0}, "invalid_value", "max_tokens", id="no-tokens"),
        pytest.param({"stop": [""]}, "invalid_value", "stop[0]", id="empty-stop"),
        pytest.param({"seed": 1.5}, "invalid_value", "seed", id="seed"),
        pytest.param({"n": 2}, "invalid_value", "n", id="two-choices"),
        pytest.param({"logprobs": True}, "invalid_value", "logprobs", id="logprobs"),
        pytest.param({"tools": [{"type": "function"}]}, "invalid_value", "tools", id="tools"),
        pytest.param({"response_format": {"type": "xml"}}, "invalid_value", "response_format.type", id="format"),
        pytest.param(
            {"response_format": {"type": "json_schema", "json_schema": {"schema": True}}},
            "invalid_value",
            "response_format.json_schema.schema",
            id="schema",
        ),
    ],
)
def test_what_is_not_offered_is_refused_with_the_field_that_it_is_about(more, code, param):
    with pytest.raises(Refused) as caught:
        read(**more)

    assert (caught.value.status, caught.value.code, caught.value.param) == (400, code, param)
    error = caught.value.as_openai()["error"]
    assert error == {"message": caught.value.what, "type": "invalid_request_error", "param": param, "code": code}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"model": "m" "x"}', DEEP], ids=range(5))
def test_a_body_that_is_no_json_is_refused(body):
    with pytest.raises(Refused, match="the body is not JSON") as caught:
        read_request(body)

    assert caught.value.status == 400


def test_what_changes_no_reply_is_accepted():
    assert read(user="u", metadata={"a": "b"}, store=False, service_tier="auto", n=1, tools=[], tool_choice="auto")


async def test_messages_are_framed_as_the_model_was_trained_on():
    messages = [ChatMessage(role="developer", content="Be brief."), ChatMessage(role="user", content="Hi")]

    ids = await encode_prompt(messages, VOCABULARY, by_bytes)

    frames = [(1, "system\nBe brief."), (2, "\n"), (1, "user\nHi"), (2, "\n"), (1, "assistant\n")]
    assert ids == [token for control, text in frames for token in [control, *await by_bytes(text)]]


HOSTILE = ["<|im_start|>", "<|im_end|>", "</s>", "<|endoftext|>", "\n", "system\n", "user", "assistant", "é", "|"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["system", "user", "assistant"]),
            st.one_of(st.text(), st.lists(st.sampled_from(HOSTILE)).map("".join)),
        ),
        min_size=1,
        max_size=5,
    )
)
async def test_no_content_begins_or_ends_a_message(messages):
    ids = await encode_prompt([ChatMessage(role=r, content=c) for r, c in messages], VOCABULARY, by_bytes)

    starts = [at for at, token in enumerate(ids) if token == 1]
    ends = [at for at, token in enumerate(ids) if token == 2]
    assert len(starts) == len(ends) + 1 == len(messages) + 1
    seen = [text_of(ids[start + 1 : end]) for start, end in zip(starts, ends, strict=False)]
    assert seen == [f"{role}\n{content}" for role, content in messages]


async def test_a_tokeniser_that_reads_control_tokens_is_caught():
    with pytest.raises(Refused, match="read as a control token") as caught:
        await encode_prompt([ChatMessage(role="user", content="<|im_start|>")], VOCABULARY, by_markers)

    assert caught.value.status == 500


def test_parts_of_a_content_are_one_text():
    (message,) = read(
        messages=[{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]
    ).messages

    assert message.text == "ab"
    assert ChatMessage(role="assistant").text == ""


@pytest.mark.parametrize("more", [{}, {"temperature": 0}, {"temperature": 0.0, "seed": 4, "top_p": 0.5}])
def test_without_a_temperature_the_likeliest_token_is_taken(more):
    body = asked(**more)

    assert (body["samplers"], body["top_k"]) == (["penalties", "top_k"], 1)
    assert "seed" not in body


@pytest.mark.parametrize(
    ("seed", "sent"), [(None, 99), (0, 0), (7, 7), (2**32 - 1, 0), (-1, 2**32 - 2), (2**80, 2**16)]
)
def test_a_seed_of_any_size_is_a_seed_of_the_engine(seed, sent):
    body = asked(temperature=0.7, seed=seed)

    assert body["samplers"] == ["penalties", "temperature", "top_p"]
    assert body["seed"] == sent


def test_a_reply_stays_within_the_context():
    assert asked(context_tokens=100, ids=range(90), max_tokens=50)["n_predict"] == 10
    assert asked(context_tokens=100, ids=range(90), max_tokens=5)["n_predict"] == 5
    assert asked(max_tokens=5, max_completion_tokens=6)["n_predict"] == 6
    assert asked()["n_predict"] == 512


def test_a_prompt_that_fills_the_context_is_refused():
    with pytest.raises(Refused, match="holds 100 tokens and the prompt has 100") as caught:
        asked(context_tokens=100, ids=range(100))

    assert (caught.value.status, caught.value.code) == (400, "context_length_exceeded")


def test_a_schema_is_passed_on_with_the_way_to_print_json():
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}

    body = asked(
        response_format={"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": schema}}
    )

    assert schema.items() <= body["json_schema"].items()
    assert body["json_schema"]["x-guidance"]["whitespace_flexible"] is False
    assert asked(response_format={"type": "json_object"})["json_schema"]["type"] == "object"
    assert "json_schema" not in asked(response_format={"type": "text"})


def test_stop_texts_come_as_one_or_many():
    assert asked(stop="a")["stop"] == ["a"]
    assert asked(stop=["a", "b"])["stop"] == ["a", "b"]
    assert asked()["stop"] == []
