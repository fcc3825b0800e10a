"""Picoschema: what each form expands to, and what each mistake says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.picoschema import expand, expand_field
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.location import Location, Path
from assay.core.schema import compile_schema

HERE = Location("a.prompt.md", 3)


def expanded(text: str) -> dict[str, object]:
    return expand(parse_document(text, file="a.yaml").value, where=HERE)


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        pytest.param("string", {"type": "string"}, id="scalar"),
        pytest.param("number,  a, b", {"type": "number", "description": "a, b"}, id="description-keeps-its-commas"),
        pytest.param("any", {}, id="any-is-no-restriction"),
        pytest.param("any, whatever", {"description": "whatever"}, id="any-described"),
        pytest.param("{type: string, minLength: 2}", {"type": "string", "minLength": 2}, id="json-schema"),
        pytest.param("{type: [string, 'null']}", {"type": ["string", "null"]}, id="json-schema-of-two-types"),
        pytest.param("{$ref: '#/$defs/a'}", {"$ref": "#/$defs/a"}, id="json-schema-reference"),
        pytest.param("{anyOf: [{type: string}]}", {"anyOf": [{"type": "string"}]}, id="json-schema-choice"),
        pytest.param("{enum: [a, b]}", {"enum": ["a", "b"]}, id="json-schema-enum"),
        pytest.param("{properties: {}}", {"type": "object", "properties": {}}, id="properties-mean-an-object"),
        pytest.param(
            "{type: 'string, what it is'}",
            {
                "type": "object",
                "properties": {"type": {"type": "string", "description": "what it is"}},
                "additionalProperties": False,
                "required": ["type"],
            },
            id="a-field-named-type",
        ),
        pytest.param(
            "a: {b?: integer}",
            {
                "type": "object",
                "properties": {
                    "a": {
                        "type": "object",
                        "properties": {"b": {"type": ["integer", "null"]}},
                        "additionalProperties": False,
                    }
                },
                "additionalProperties": False,
                "required": ["a"],
            },
            id="object-in-object",
        ),
        pytest.param(
            "x?(enum, a colour): [red, green]",
            {
                "type": "object",
                "properties": {"x": {"enum": ["red", "green", None], "description": "a colour"}},
                "additionalProperties": False,
            },
            id="optional-enum-allows-null",
        ),
        pytest.param(
            "(*): number",
            {"type": "object", "properties": {}, "additionalProperties": {"type": "number"}},
            id="wildcard",
        ),
    ],
)
def test_shorthand_expands(text: str, schema: dict[str, object]) -> None:
    assert expanded(text) == schema


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        pytest.param("strng", "no type is named 'strng'", "did you mean 'string'?", id="unknown-type"),
        pytest.param("12", "12 is not a type", "write one of", id="number"),
        pytest.param("a(list): string", "no kind of field is named 'list'", "known:", id="unknown-kind"),
        pytest.param("a(array)?: string", "'a(array)?' is not the name of a field", "name?(array", id="late-mark"),
        pytest.param("a(enum): red", "an '(enum)' needs a list", "[first, second]", id="enum-of-a-word"),
        pytest.param("a(object): string", "an '(object)' needs a mapping", "the fields below", id="object-of-a-word"),
        pytest.param("{a: string, a?: string}", "the field 'a' stands twice", "keep one", id="twice"),
    ],
)
def test_a_mistake_gets_one_sentence(text: str, what: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        expanded(text)

    assert what in caught.value.what
    assert hint in str(caught.value.hint)
    assert caught.value.where == HERE


def test_a_mistake_is_placed_where_it_stands() -> None:
    document = parse_document("schema:\n  good: string\n  deep(array):\n    bad: wrong\n", file="a.yaml")

    def where(path: Path) -> Location:
        return document.at("schema", *path)

    with pytest.raises(BadInput) as caught:
        expand(document.value["schema"], where=where)  # type: ignore[index] # the document is a mapping

    assert str(caught.value.where) == "a.yaml:4:10 (schema.deep(array).bad)"


@pytest.mark.parametrize(
    ("key", "value", "name", "optional", "schema"),
    [
        pytest.param("ticket", "string, what", "ticket", False, {"type": "string", "description": "what"}, id="word"),
        pytest.param("ticket?", "string", "ticket", True, {"type": "string"}, id="optional-is-told-apart"),
        pytest.param(
            "docs?(array, passages)",
            "string",
            "docs",
            True,
            {"type": "array", "items": {"type": "string"}, "description": "passages"},
            id="array",
        ),
        pytest.param(
            "docs(array)",
            {"type": "string"},
            "docs",
            False,
            {"type": "array", "items": {"type": "string"}},
            id="array-of-json-schema",
        ),
        pytest.param(
            "n", {"type": "integer", "minimum": 1}, "n", False, {"type": "integer", "minimum": 1}, id="json-schema"
        ),
        pytest.param("tone?(enum)", ["calm", "warm"], "tone", True, {"enum": ["calm", "warm"]}, id="enum"),
    ],
)
def test_one_field(key: str, value: object, name: str, optional: bool, schema: dict[str, object]) -> None:
    assert expand_field(key, value, where=HERE) == (name, optional, schema)


def test_one_field_allows_null_when_asked() -> None:
    assert expand_field("a?", "string", where=HERE, nullable=True).schema == {"type": ["string", "null"]}


def test_a_name_is_looked_up_and_its_description_replaced() -> None:
    named = {"Foo": {"type": "number", "description": "a foo"}}
    schema = expand({"a?": "Foo, mine"}, where=HERE, resolve=named.get)

    assert schema["properties"] == {"a": {"type": ["number", "null"], "description": "mine"}}


_fields = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
_words = st.sampled_from(["string", "number, a number", "integer", "boolean", "any", "null"])


def _nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    marks = st.sampled_from(["", "?", "(array)", "?(array, some)"])
    return st.dictionaries(st.tuples(_fields, marks), inner, min_size=1, max_size=4).map(
        lambda found: {name + mark: value for (name, mark), value in {k[0]: (k, v) for k, v in found.items()}.values()}
    )


@given(st.recursive(_words, _nested, max_leaves=12))
def test_whatever_is_written_becomes_a_valid_schema(value: object) -> None:
    compile_schema(expand(value, where=HERE))
