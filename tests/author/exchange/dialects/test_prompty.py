"""Dialect ``prompty``: version 2, from front matter to threads and tools, and back."""

from collections.abc import Callable

import pytest

from assay.author.exchange.dialect import Imported, nothing
from assay.author.exchange.dialects.prompty import DIALECT
from assay.author.types import Prompt
from assay.core.errors import BadInput

Read = Callable[[Imported], Prompt]
Messages = Callable[..., list[tuple[str, str]]]

WHOLE = """---
name: Help Desk
displayName: Help desk
metadata: {authors: [ann], version: 1.0.0, token: abc}
model:
  id: gpt-4o
  provider: azure
  apiType: responses
  connection: {kind: key, endpoint: "${env:ENDPOINT}", apiKey: "${env:KEY}"}
  options: {temperature: 0.2, topP: 0.9, topK: 5, additionalProperties: {logit_bias: {a: 1}}}
inputs:
  - {name: question, kind: string, required: true, description: what is asked, example: Why?}
  - {name: tone, kind: string, enumValues: [calm, warm], default: calm}
  - {name: photo, kind: image}
  - {name: count, kind: integer, default: many}
  - {name: earlier, kind: thread}
tools:
  - {name: files, kind: mcp, serverName: fs}
---
You are kind.

user[name="Ann"]:
{{question}} {{tone}} {{photo}}

{{earlier}}

  Assistant:
Yes.
"""


def load(text: str, **files: str) -> Imported:
    return DIALECT.load(text, "desk.prompty", files.get)


def test_the_whole_file_comes_across(read_back: Read, messages: Messages) -> None:
    prompt = read_back(load(WHOLE))

    assert (prompt.name, prompt.version) == ("help-desk", "1.0.0")
    assert prompt.meta == {"authors": ["ann"], "displayName": "Help desk"}
    assert prompt.model.candidates == ("azure-openai/gpt-4o",)
    assert prompt.model.parameters.extra == {"top_k": 5, "logit_bias": {"a": 1}}
    assert prompt.inputs["question"].required
    assert prompt.inputs["question"].examples == ("Why?",)
    assert prompt.inputs["tone"].schema["enum"] == ["calm", "warm"]
    assert messages(prompt, question="q", earlier=[{"role": "assistant", "content": "b"}]) == [
        ("system", "You are kind."),
        ("user", "q calm"),
        ("assistant", "b"),
        ("assistant", "Yes."),
    ]


def test_what_does_not_come_across_is_listed_by_line() -> None:
    found = load(WHOLE)

    assert [(d.line, d.what) for d in found.dropped] == [
        (4, "token"),
        (8, "model.apiType: responses"),
        (9, "model.connection.endpoint"),
        (9, "model.connection.apiKey"),
        (14, "the input 'photo'"),
        (15, "the default of 'count'"),
        (18, "the tool 'files'"),
        (22, '[name="Ann"]'),
    ]
    assert "abc" not in found.text


def test_a_thread_goes_between_messages_and_the_role_goes_on(read_back: Read, messages: Messages) -> None:
    text = "---\ninputs:\n  - {name: t, kind: thread}\n---\nsystem:\nA\n{{t}}\nB\n"
    earlier = [{"role": "user", "content": "m"}]

    assert messages(read_back(load(text)), t=earlier) == [("system", "A"), ("user", "m"), ("system", "B")]


@pytest.mark.parametrize("role", ["item.role", "item['role']"])
def test_a_loop_over_messages_is_an_input_of_messages(role: str, read_back: Read, messages: Messages) -> None:
    loop = "{% for item in chat %}\n{{ROLE}}:\n{{item.content}}\n{% endfor %}".replace("ROLE", role)
    text = f"system:\nA\n\n{loop}\n\nuser:\n{{{{q}}}}\n"
    prompt = read_back(load(text))

    assert messages(prompt, q="B", chat=[{"role": "user", "content": "m"}]) == [
        ("system", "A"),
        ("user", "m"),
        ("user", "B"),
    ]


def test_files_are_read_from_beside_it_and_the_environment_is_not(read_back: Read) -> None:
    head = 'model: {id: "${env:MODEL:gpt-4}"}\ndescription: "${env:ABOUT}"\nmetadata: "${file:meta.json}"'
    found = load(f"---\n{head}\n---\nuser:\nHi", **{"meta.json": '{"team": "a"}'})

    assert read_back(found).meta == {"team": "a"}
    assert read_back(found).model.candidates == ("openai/gpt-4",)
    assert [(d.line, d.what) for d in found.dropped] == [(2, "${env:MODEL}"), (3, "${env:ABOUT}")]


@pytest.mark.parametrize("path", ["../secret.json", "/etc/passwd", "a/../../b.json"])
def test_a_file_outside_its_folder_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="leads out of"):
        load(f'---\nmetadata: "${{file:{path}}}"\n---\nuser:\nHi')


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param(
            "user:\n{% if a %}\nsystem:\nx\n{% endif %}", 3, "starts a message inside a block", id="role-in-a-block"
        ),
        pytest.param("user:\nA\n{{role}}:\nB", 3, "starts a message inside a block", id="role-from-a-value"),
        pytest.param("function:\nA", 1, "messages of the role 'function'", id="function"),
        pytest.param(
            "user:\n{% macro x() %}{% endmacro %}", 2, "'{% macro %}' is not part of the template language", id="macro"
        ),
        pytest.param("user:\n{{ a|shout }}", 2, "the filter 'shout' is not part", id="filter"),
        pytest.param(
            "system:\n{% set a = b %}\n\nuser:\n{{ a }}", 5, "'a' is set in another message", id="set-elsewhere"
        ),
        pytest.param("---\ntemplate: mustache\n---\nuser:\nA", 2, "the template is in 'mustache'", id="mustache"),
        pytest.param(
            "---\ninputs:\n  - {name: a-b, kind: string}\n---\nuser:\nA", 3, "'a-b' cannot be the name", id="input-name"
        ),
        pytest.param("---\ninputs: 5\n---\nuser:\nA", 2, "neither a list nor a mapping", id="inputs"),
        pytest.param(
            '---\nmetadata: "${file:no.json}"\n---\nuser:\nA', 2, "there is no file 'no.json'", id="missing-file"
        ),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(text)

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.line == line


def test_a_line_that_would_start_a_message_is_not_exported(native: Callable[..., Prompt]) -> None:
    prompt = native("---\nprompt: a\n---\nuser:\nA\n\\System :\n# user:\nB\n")

    with pytest.raises(BadInput) as caught:
        DIALECT.dump(prompt)

    assert caught.value.what == "the line '# user:' would start a message in Prompty"
    assert caught.value.where is not None
    assert caught.value.where.line == 7


def test_export_writes_partials_out_and_lists_what_it_loses(
    native: Callable[..., Prompt], read_back: Read, messages: Messages
) -> None:
    prompt = native(
        "---\nprompt: a\ninputs:\n  q: {type: string, minLength: 2}\ncontract: {choices: [a, b]}\n---\n"
        'user:\n{% include "x" %} {{ q }}\n',
        **{"partials/x.md": "Hi"},
    )
    exported = DIALECT.dump(prompt)

    assert [d.what for d in exported.dropped] == [
        "the partial 'x' as a file",
        "minLength in the schema of 'q'",
        "contract.format: choice",
    ]
    assert messages(read_back(DIALECT.load(exported.text, exported.file, nothing)), q="you") == [("user", "Hi you")]
