"""Which dialect a file is in, told from what stands in it."""

import pytest

from assay.author.exchange.dialect import Dropped, Imported, detect_dialect, dialects, is_native, nothing
from assay.core.errors import BadInput

PROMPTY = """---
name: a
model: {id: gpt-4, apiType: chat}
inputs:
  - name: q
    kind: string
---
system:
Hi

user:
{{q}}
"""
PROMPTY_V1 = """---
name: a
model:
  api: chat
  configuration: {type: azure_openai}
sample:
  q: x
---
system:
Hi

user:
{{q}}
"""


@pytest.mark.parametrize(
    ("text", "file", "name"),
    [
        pytest.param('{{role "system"}}Hi {{name}}', "a.prompt", "dotprompt", id="role-helper"),
        pytest.param("---\nmodel: x/y\n---\n{{#if a}}b{{/if}}", "a.prompt", "dotprompt", id="handlebars-block"),
        pytest.param(
            "---\nconfig:\n  temperature: 1\n---\nHi {{name}}", "a.prompt", "dotprompt", id="plain-values-and-config"
        ),
        pytest.param("Hi {{name}}", "a.prompt", "dotprompt", id="plain-values"),
        pytest.param("---\nmodel: gpt-4\n---\n{% if a %}b{% endif %}", "a.prompt", "litellm", id="jinja-block"),
        pytest.param(
            "---\nmodel: gpt-4\ntemperature: 0.5\n---\nHi {{name}}", "a.prompt", "litellm", id="parameters-at-the-top"
        ),
        pytest.param("System: Be kind.\n\nUser: {{q}}", "a.prompt", "litellm", id="role-words"),
        pytest.param("Hi {{ name|upper }}", "a.prompt", "litellm", id="filter"),
        pytest.param(PROMPTY, "a.prompty", "prompty", id="prompty"),
        pytest.param("system:\nHi", "a.prompty", "prompty", id="prompty-body-alone"),
        pytest.param(PROMPTY_V1, "a.prompty", "prompty-v1", id="prompty-v1"),
        pytest.param('[{"role": "user", "content": "Hi"}]', "a.json", "openai-messages", id="messages"),
        pytest.param(
            '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}',
            "a.txt",
            "openai-messages",
            id="request",
        ),
    ],
)
def test_a_file_is_told_by_what_stands_in_it(text: str, file: str, name: str) -> None:
    assert detect_dialect(text, file).name == name


@pytest.mark.parametrize(
    ("text", "file"),
    [
        pytest.param("---\nprompt: a\n---\nuser:\nHi", "a.md", id="front-matter"),
        pytest.param("prompt: a\nmessages: [{user: Hi}]", "a.prompt.yaml", id="suffix"),
    ],
)
def test_a_native_file_needs_no_import(text: str, file: str) -> None:
    assert is_native(text, file)
    with pytest.raises(BadInput, match="own format already"):
        detect_dialect(text, file)


@pytest.mark.parametrize("text", ["", "Just some words.", "# A heading\n\nand text", "{broken json", "[1, 2]"])
def test_a_file_in_no_dialect_is_said_to_be_in_none(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        detect_dialect(text, "notes.txt")

    assert caught.value.code == "exchange.unknown_dialect"
    assert "--from" in str(caught.value.hint)


def test_all_dialects_are_found_by_name() -> None:
    assert dialects.names() == ["dotprompt", "litellm", "openai-messages", "prompty", "prompty-v1"]
    assert [dialects.get(name).name for name in dialects.names()] == dialects.names()


def test_what_is_dropped_says_where_what_and_why() -> None:
    assert str(Dropped(3, "apiKey", "keys are not imported")) == "line 3: apiKey: keys are not imported"
    assert str(Dropped(None, "a partial", "none here")) == "a partial: none here"
    assert Dropped(3, "a", "b").as_dict() == {"line": 3, "what": "a", "why": "b"}


def test_the_files_of_an_import_are_named_for_the_folder_of_the_prompt() -> None:
    found = Imported(dialect="x", name="support.triage", text="t", partials={"a/b": "p"}, tools={"tools/t.yaml": "y"})

    assert found.files == {"support.triage.prompt.md": "t", "partials/a/b.md": "p", "tools/t.yaml": "y"}


@pytest.mark.parametrize("name", ["dotprompt", "litellm", "prompty", "prompty-v1"])
@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param("---\nname: a\nuser:\nHi", 1, "the front matter is not closed", id="open-front-matter"),
        pytest.param("---\n- a\n---\nHi", 2, "is not a mapping", id="a-list"),
        pytest.param("# licence\n---\nname: [\n---\nHi", 3, "not valid YAML", id="not-yaml"),
        pytest.param("---\nname: a\n---\n", None, "the file has no message", id="no-message"),
        pytest.param("---\nmodel: [1]\n---\nHi", 2, "is not", id="model-of-a-wrong-type"),
        pytest.param("---\ndescription: {a: b}\n---\nHi", 2, "is not text", id="description-of-a-wrong-type"),
    ],
)
def test_a_broken_file_gets_one_sentence_with_its_line(name: str, text: str, line: int | None, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        dialects.get(name).load(text, "a.prompt", nothing)

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.line == line
