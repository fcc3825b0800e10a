import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.token_count import TokenCount, _encoder, count_messages, count_tokens, encoding_of, split
from assay.models.types import Message, ToolCall

PLAIN = (Message(role="system", content="You are helpful."), Message(role="user", content="Hello there!"))


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o-mini", "o200k_base"),
        ("gpt-4o-2024-08-06", "o200k_base"),
        ("ft:gpt-4o-mini:shop::abc", "o200k_base"),
        ("openai/gpt-4.1", "o200k_base"),
        ("gpt-5.2", "o200k_base"),
        ("gpt-6-luna", "o200k_base"),
        ("gpt-oss-20b", "o200k_base"),
        ("o1", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo-2024-04-09", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("text-embedding-3-small", "cl100k_base"),
        ("gpt-45", None),
        ("o100", None),
        ("llama-3.3-70b", None),
        ("smollm2-135m-instruct", None),
        ("", None),
    ],
)
def test_a_models_vocabulary_is_known_by_its_name(model, encoding):
    assert encoding_of(model) == encoding


@pytest.mark.parametrize(
    ("text", "model", "count"),
    [
        ("", "gpt-4o", TokenCount(0, True, "o200k_base")),
        ("tiktoken is great!", "gpt-4o", TokenCount(6, True, "o200k_base")),
        ("tiktoken is great!", "gpt-4", TokenCount(6, True, "cl100k_base")),
        ("antidisestablishmentarianism", "gpt-4", TokenCount(6, True, "cl100k_base")),
        ("2 + 2 = 4", "gpt-4", TokenCount(7, True, "cl100k_base")),
        ("お誕生日おめでとう", "gpt-4", TokenCount(9, True, "cl100k_base")),
        ("お誕生日おめでとう", "gpt-4o", TokenCount(8, True, "o200k_base")),
        ("tiktoken is great!", "smollm2-135m-instruct", TokenCount(6, False, "o200k_base")),
    ],
)
def test_known_counts(text, model, count):
    assert count_tokens(text, model) == count


def test_control_tokens_in_a_text_are_plain_text():
    assert count_tokens("<|endoftext|>", "gpt-4o").n > 1


def test_half_a_surrogate_pair_is_counted_and_not_an_error():
    assert count_tokens("a\ud800b", "gpt-4o").n > 0


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        pytest.param("The lamp arrived broken on Monday. " * 40_000, True, id="words"),
        pytest.param("line one\nline two\n" * 70_000, True, id="lines"),
        pytest.param("a" * 250_000, False, id="one-word"),
        pytest.param("日本" * 240_000, False, id="no-spaces"),
        pytest.param("😀" * 1_100_000, False, id="more-than-the-library-takes"),
    ],
)
def test_a_long_text_is_counted_in_pieces(text, exact):
    count = count_tokens(text, "gpt-4o")
    from bpe_openai import _bindings  # after the first count, which keeps the library's own warning quiet

    whole = _bindings.tokenizer_for_encoding("o200k_base").count(text)

    assert count.exact is exact
    assert count.n == whole if exact else abs(count.n - whole) <= len(text) / 50_000 * 3


WORDS = st.lists(
    st.sampled_from(
        ["lamp", " lamp", "Don't", "\n", "\n\n", "  ", " ", "42", "é", "日本", "!/", "/x", "\r\n", "\t", "ABCdef"]
    )
    | st.text(max_size=4),
    max_size=60,
).map("".join)


@given(text=WORDS, max_chars=st.integers(4, 40), encoding=st.sampled_from(["o200k_base", "cl100k_base"]))
def test_where_a_text_parts_exactly_no_token_is_lost_or_won(text, max_chars, encoding):
    encode = _encoder(encoding)
    pieces, exact = split(text, max_chars=max_chars)

    assert "".join(pieces) == text
    assert all(len(piece) <= max_chars for piece in pieces)
    if exact:
        assert sum(len(encode(piece)) for piece in pieces) == len(encode(text))


def test_messages_are_framed():
    # Three tokens a message, one for its role, three to begin the reply.
    contents = [count_tokens(message.content, "gpt-4o").n for message in PLAIN]

    assert count_messages(PLAIN, "gpt-4o") == TokenCount(sum(contents) + 2 * (3 + 1) + 3, True, "o200k_base")


def test_a_name_takes_one_token_and_its_own():
    named = (Message(role="user", content="Hello", name="ada"),)
    plain = (Message(role="user", content="Hello"),)
    name = count_tokens("ada", "gpt-4").n

    assert count_messages(named, "gpt-4").n == count_messages(plain, "gpt-4").n + 1 + name


@pytest.mark.parametrize(
    ("messages", "model"),
    [
        pytest.param(PLAIN, "gpt-5", id="framing-not-published"),
        pytest.param(PLAIN, "o3", id="reasoning-model"),
        pytest.param(PLAIN, "gpt-3.5-turbo-0301", id="framed-otherwise"),
        pytest.param(PLAIN, "llama-3.3-70b", id="another-vocabulary"),
        pytest.param((Message(role="developer", content="x"),), "gpt-4o", id="another-role"),
        pytest.param(
            (Message(role="assistant", content="", tool_calls=(ToolCall(id="c", name="f", arguments="{}"),)),),
            "gpt-4o",
            id="tool-call",
        ),
    ],
)
def test_everything_else_is_an_estimate(messages, model):
    count = count_messages(messages, model)

    assert count.n > 0
    assert not count.exact
