"""Dialect ``openai-messages``: literal text, placeholders, requests, and back."""

import json
from collections.abc import Callable

import pytest

from assay.author.exchange.dialect import Imported, nothing
from assay.author.exchange.dialects.openai_messages import DIALECT
from assay.author.types import Prompt
from assay.author.version import canonical_form
from assay.core.errors import BadInput

Read = Callable[[Imported], Prompt]
Messages = Callable[..., list[tuple[str, str]]]

REQUEST = """{
  "model": "gpt-4o",
  "temperature": 0.5,
  "max_completion_tokens": 50,
  "stream": true,
  "logit_bias": {"1": 2},
  "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
  "tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}],
  "messages": [
    {"role": "developer", "content": "Be kind. {% if %} {{ a.b }} {#"},
    {"role": "user", "name": "ann", "content": [{"type": "text", "text": "Hello {{ name }}"}, {"type": "image_url"}]},
    {"role": "assistant", "content": null, "tool_calls": [{"id": "1"}]},
    {"role": "user", "content": "user:\\nBye {{name}}"}
  ]
}"""


def load(text: str) -> Imported:
    return DIALECT.load(text, "chat.json", nothing)


def test_a_request_comes_across(read_back: Read, messages: Messages) -> None:
    found = load(REQUEST)
    prompt = read_back(found)

    assert prompt.model.candidates == ("openai/gpt-4o",)
    parameters = prompt.model.parameters
    assert (parameters.temperature, parameters.max_tokens, parameters.extra) == (0.5, 50, {"logit_bias": {"1": 2}})
    assert prompt.contract is not None
    assert prompt.contract.schema == {"type": "object"}
    assert [t.name for t in prompt.tools] == ["look"]
    assert {n: (i.schema, i.required) for n, i in prompt.inputs.items()} == {"name": ({"type": "string"}, True)}
    assert messages(prompt, name="Ann") == [
        ("developer", "Be kind. {% if %} {{ a.b }} {#"),
        ("user", "Hello Ann"),
        ("user", "user:\nBye Ann"),
    ]


def test_what_does_not_come_across_is_listed_by_line() -> None:
    found = load(REQUEST)

    assert [(d.line, d.what) for d in found.dropped] == [
        (5, "stream"),
        (11, "name of a message"),
        (11, "a part of the type 'image_url'"),
        (12, "tool_calls of a message"),
        (12, "a message of the role 'assistant'"),
    ]
    assert found.notes == ("{{ name }} is taken for an input",)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param('[{"role": "user"\n', 2, "not valid JSON", id="not-json"),
        pytest.param('{"a": 1}', 1, "no list of messages", id="no-messages"),
        pytest.param('[\n{"role": "boss", "content": "x"}]', 2, "no role is named 'boss'", id="unknown-role"),
        pytest.param('[\n"x"]', 2, "a message has no role", id="not-a-message"),
        pytest.param("[]", None, "the file has no message", id="empty"),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: str, line: int | None, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(text)

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.line == line


@pytest.mark.parametrize("content", ["a \u2028 b", "\x7f\x85", "\\ud83d", "😀", "é"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_any_text_of_json_is_kept(content: str, ascii_only: bool, read_back: Read, messages: Messages) -> None:
    text = json.dumps([{"role": "user", "content": f"<{content}>"}], ensure_ascii=ascii_only)

    assert messages(read_back(load(text))) == [("user", f"<{content}>")]


def test_export_and_import_give_the_same_prompt(read_back: Read) -> None:
    first = read_back(load(REQUEST))
    exported = DIALECT.dump(first)
    again = DIALECT.load(exported.text, exported.file, nothing)

    assert json.loads(exported.text)["model"] == "gpt-4o"
    assert canonical_form(read_back(again)) == canonical_form(first)
    assert exported.dropped == ()


@pytest.mark.parametrize(
    "body", ["{% if q %}x{% endif %}", "{{ q|upper }}", "{{ q.a }}", "{% raw %}{{ q }}{% endraw %}", "{{ '{{' }} q }}"]
)
def test_what_a_request_cannot_say_is_refused(body: str, native: Callable[..., Prompt]) -> None:
    with pytest.raises(BadInput) as caught:
        DIALECT.dump(native(f"---\nprompt: a\ninputs: {{q: any}}\n---\nuser:\n{body}\n"))

    assert caught.value.code == "exchange.not_plain"
    assert caught.value.where is not None
    assert caught.value.where.line == 6
