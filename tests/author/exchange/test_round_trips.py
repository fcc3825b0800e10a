"""Native, out and in again: what a dialect can say comes back the same, and what it cannot is listed or refused."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.author.exchange.dialect import Exported, dialects
from assay.author.exchange.draft import Draft, FilesInMemory
from assay.author.exchange.handlebars.translate import escape_braces
from assay.author.parse import parse_prompt
from assay.author.template import Template
from assay.author.types import MISSING, Input, Prompt
from assay.author.values import Values
from assay.author.version import canonical_form
from assay.core.errors import BadInput

DIALECTS = ["dotprompt", "litellm", "openai-messages", "prompty", "prompty-v1"]

_word = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=6)
_literal = st.lists(
    _word
    | st.sampled_from(
        [
            "{",
            "}",
            "{{",
            "}}",
            "{%",
            "{#",
            "\\",
            "\n",
            "\n\n",
            " ",
            "  ",
            "user:",
            "\nuser:\n",
            "\nSystem: x",
            "# system:",
            "---",
            "{{!}}",
            "\\user:",
            "'",
            '"',
            "<b>",
            "\u2028",
            "\nassistant:\n",
            "insert: q",
        ]
    ),
    max_size=6,
).map("".join)
_value = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12) | st.sampled_from(
    ["", "{{ b }}", "{% if %}", "system:\n", "<<<dotprompt:role:system>>>", "0", "false"]
)
_schema = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "description": "what it is, in words"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "integer"},
        {"type": "array", "items": {"type": "string"}},
    ]
)


@dataclass(frozen=True)
class Sample:
    prompt: Prompt
    values: dict[str, object]


@st.composite
def _inputs(draw: st.DrawFn) -> list[Input]:
    found = []
    for name in draw(st.lists(st.sampled_from(["a", "name", "total_2", "ü"]), unique=True, max_size=3)):
        schema = draw(_schema)
        default = draw(st.sampled_from([MISSING, "a"])) if schema["type"] == "string" else MISSING
        required = default is MISSING and draw(st.booleans())
        found.append(Input(name=name, schema=schema, required=required, default=default))
    return found


def _given(entry: Input, draw: st.DrawFn) -> object:
    if "enum" in entry.schema:
        return draw(st.sampled_from(entry.schema["enum"]))  # type: ignore[arg-type] # it is a list
    return {"string": draw(_value), "integer": draw(st.integers(-5, 5)), "array": draw(st.lists(_value, max_size=3))}[
        str(entry.schema["type"])
    ]


@st.composite
def _template(draw: st.DrawFn, inputs: list[Input], *, rich: bool) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        text = escape_braces(draw(_literal), before_tag=True)
        entry = draw(st.sampled_from(inputs)) if inputs else None
        kind = draw(st.sampled_from(["text", "value", "if", "for", "equal"] if rich else ["text", "value"]))
        if entry is None or kind == "text":
            parts.append(text)
        elif entry.schema["type"] == "array":
            parts.append(f"{{% for item in {entry.name} %}}{text}{{{{ item }}}}{{% endfor %}}" if rich else text)
        elif kind == "value":
            parts.append(f"{text}{{{{ {entry.name} }}}}")
        elif kind == "equal":
            parts.append(f"{{% if {entry.name} == 'a' %}}{text}{{% endif %}}")
        else:
            parts.append(f"{{% if {entry.name} %}}{text}{{% else %}}-{{% endif %}}")
    return "".join(parts)


@st.composite
def samples(draw: st.DrawFn, *, rich: bool) -> Sample:
    draft = Draft("native", "p.prompt")
    draft.name = "some.prompt"
    inputs = draw(_inputs())
    draft.inputs = {entry.name: entry for entry in inputs}
    if draw(st.booleans()):
        draft.candidates = [draw(st.sampled_from(["openai/gpt-4o", "azure-openai/west", "embedded/small"]))]
        draft.parameters = {"temperature": draw(st.sampled_from([0, 0.5])), "max_tokens": 9, "stop": ["a", "b"]}
    if draw(st.booleans()):
        schema = {
            "type": "object",
            "properties": {"x": {"type": "integer"}},
            "required": ["x"],
            "additionalProperties": False,
        }
        draft.contract = {"format": "json", "schema": schema}
    for role in draw(st.lists(st.sampled_from(["system", "user", "assistant"]), min_size=1, max_size=3)):
        draft.add_message(role, draw(_template(inputs, rich=rich)))
    if not draft.messages:
        draft.add_message("user", "text")
    prompt = parse_prompt(draft.text(), path="p.prompt.md", source=FilesInMemory({}))
    values = {e.name: _given(e, draw) for e in inputs if e.required or draw(st.booleans())}
    return Sample(prompt, values)


def rendered(prompt: Prompt, values: dict[str, object]) -> list[tuple[str, str]]:
    known = {name: value for name, value in values.items() if name in prompt.inputs}
    return [(m.role, m.content) for m in Template(prompt).render(Values(prompt).complete(known))]


def there_and_back(dialect: str, prompt: Prompt) -> tuple[Exported, Prompt] | None:
    """The export, and the prompt that comes of importing it; None where the dialect refuses the words themselves."""
    try:
        exported = dialects.get(dialect).dump(prompt)
    except BadInput as error:
        if not error.code.startswith("exchange."):
            raise
        return None
    imported = dialects.get(dialect).load(exported.text, exported.file, exported.files.get)
    return exported, parse_prompt(imported.text, path=imported.file, source=FilesInMemory(imported.files))


def lost(exported: Exported) -> str:
    return " ".join(d.what for d in exported.dropped)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_messages_come_back_the_same(dialect: str, data: Any) -> None:
    sample = data.draw(samples(rich=dialect != "openai-messages"))
    result = there_and_back(dialect, sample.prompt)
    if (
        result is None
        or "indentation" in lost(result[0])
        or "default" in lost(result[0])
        or "schema" in lost(result[0])
    ):
        return
    again = result[1]

    assert rendered(again, sample.values) == rendered(sample.prompt, sample.values)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_inputs_parameters_and_contract_come_back_or_are_listed(dialect: str, data: Any) -> None:
    sample = data.draw(samples(rich=False))
    result = there_and_back(dialect, sample.prompt)
    if result is None:
        return
    exported, again = result
    before, after = canonical_form(sample.prompt), canonical_form(again)
    inputs = {name: value for name, value in after["inputs"].items() if name != "history"}  # type: ignore[attr-defined] # a mapping

    assert after["model"] == before["model"]
    assert after["contract"] == before["contract"]
    if "schema of" not in lost(exported) and "default of" not in lost(exported) and "type of" not in lost(exported):
        assert inputs == {k: v for k, v in before["inputs"].items() if dialect != "openai-messages" or k in inputs}  # type: ignore[attr-defined] # a mapping
