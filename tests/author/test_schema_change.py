"""How two schemas relate: known pairs, and no claim that a value refutes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.author.schema_change import relation
from assay.core.errors import BadInput
from assay.core.schema import compile_schema

PERSON = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
CLOSED = {**PERSON, "additionalProperties": False}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({}, {}, "same", id="anything"),
        pytest.param(
            {"type": "string"}, {"type": "string", "description": "x", "x-own": 1}, "same", id="only-described"
        ),
        pytest.param({"enum": ["a", "b"]}, {"enum": ["b", "a"]}, "same", id="order-of-an-enum"),
        pytest.param({"type": "string"}, {"type": ["string", "null"]}, "wider", id="null-allowed"),
        pytest.param(
            {"type": ["null", "string"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, "same", id="any-of"
        ),
        pytest.param({"type": "integer"}, {"type": "number"}, "wider", id="integer-to-number"),
        pytest.param({"type": "string"}, {"type": "integer"}, "other", id="other-type"),
        pytest.param({"enum": ["a"]}, {"enum": ["a", "b"]}, "wider", id="enum-grows"),
        pytest.param({"type": "string"}, {"enum": ["a", "b"]}, "narrower", id="string-to-enum"),
        pytest.param({"enum": ["a", 1]}, {"type": "string"}, "other", id="enum-of-two-types"),
        pytest.param({"const": 1}, {"type": "integer", "minimum": 1}, "wider", id="const-within-a-range"),
        pytest.param({"type": "boolean"}, {"enum": [True, False]}, "same", id="both-booleans"),
        pytest.param({"type": "boolean"}, {"enum": [0, 1]}, "other", id="a-boolean-is-no-number"),
        pytest.param({"maxLength": 10}, {"maxLength": 20}, "wider", id="longer-text"),
        pytest.param({"minLength": 1}, {"minLength": 2}, "narrower", id="no-short-text"),
        pytest.param({"type": "string", "pattern": "a"}, {"type": "string"}, "wider", id="pattern-gone"),
        pytest.param({"pattern": "a"}, {"pattern": "b"}, "other", id="other-pattern"),
        pytest.param(
            {"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 1}, "narrower", id="higher-minimum"
        ),
        pytest.param({"minimum": 0}, {"exclusiveMinimum": 0}, "narrower", id="limit-left-out"),
        pytest.param({"exclusiveMaximum": 5}, {"maximum": 5}, "wider", id="limit-let-in"),
        pytest.param({"multipleOf": 6}, {"multipleOf": 2}, "wider", id="multiples"),
        pytest.param({"multipleOf": 0.3}, {"multipleOf": 0.1}, "other", id="fractions-are-not-judged"),
        pytest.param(PERSON, CLOSED, "narrower", id="closed"),
        pytest.param(PERSON, {**PERSON, "required": []}, "wider", id="no-longer-required"),
        pytest.param(
            CLOSED,
            {**CLOSED, "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}},
            "wider",
            id="property-added-to-a-closed-object",
        ),
        pytest.param(
            PERSON,
            {**PERSON, "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}},
            "narrower",
            id="property-typed-in-an-open-object",
        ),
        pytest.param(
            PERSON,
            {**CLOSED, "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["age"]},
            "other",
            id="another-property-required",
        ),
        pytest.param(
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"type": "object", "additionalProperties": {"type": "number"}},
            "wider",
            id="other-properties",
        ),
        pytest.param(
            {"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False},
            {"type": "object", "patternProperties": {"^x": {"type": "number"}}, "additionalProperties": False},
            "wider",
            id="pattern-properties",
        ),
        pytest.param(
            {"type": "array", "items": {"enum": ["a"]}},
            {"type": "array", "items": {"type": "string"}},
            "wider",
            id="items",
        ),
        pytest.param({"type": "array"}, {"type": "array", "minItems": 1}, "narrower", id="not-empty"),
        pytest.param(
            {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
            {"items": {"type": ["string", "integer"]}},
            "wider",
            id="first-item-apart",
        ),
        pytest.param(
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
            "wider",
            id="one-more-choice",
        ),
        pytest.param({"oneOf": [{"type": "string"}]}, {"type": "string"}, "wider", id="one-of-is-not-proven-backwards"),
        pytest.param(
            {"allOf": [{"type": "string"}, {"maxLength": 5}]}, {"type": "string", "maxLength": 5}, "same", id="all-of"
        ),
        pytest.param({"not": {"type": "string"}}, {"not": {"type": "integer"}}, "other", id="not"),
        pytest.param(
            {"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n"}, {"type": "integer"}, "same", id="reference"
        ),
        pytest.param(
            {"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}},
            {"$defs": {"n": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/n"}}},
            "other",
            id="same-words-other-definition",
        ),
        pytest.param(
            {"type": "object", "properties": {"a": {"$ref": "#"}}},
            {"type": "object", "properties": {"a": {"$ref": "#"}}},
            "same",
            id="recursive-and-equal",
        ),
        pytest.param(
            {"type": "object", "properties": {"a": {"$ref": "#"}}},
            {"properties": {"a": {"$ref": "#"}}},
            "other",
            id="recursive-is-not-judged",
        ),
        pytest.param(
            {"dependencies": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": True}},
            {"dependencies": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": False}},
            "other",
            id="an-old-keyword-is-not-judged",
        ),
        pytest.param(
            {"properties": {"title": {"type": "string"}}},
            {"properties": {"title": {"type": "string", "title": "Title"}}},
            "same",
            id="a-property-named-as-an-annotation",
        ),
        pytest.param({"type": "string", "format": "date"}, {"type": "string"}, "wider", id="format-gone"),
        pytest.param(
            {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"},
            {"type": ["string", "null"]},
            "other",
            id="another-dialect",
        ),
    ],
)
def test_known_pairs(old: dict[str, object], new: dict[str, object], expected: str) -> None:
    assert relation(old, new) == expected


def test_the_other_way_round_is_the_opposite() -> None:
    assert relation(CLOSED, PERSON) == "wider"
    assert relation(PERSON, CLOSED) == "narrower"


def test_choices_within_choices_are_given_up_and_not_waited_for() -> None:
    def nested(depth: int, last: str) -> dict[str, object]:
        inner: dict[str, object] = {"type": last}
        for i in range(depth):
            inner = {"anyOf": [{"properties": {f"a{i}": inner}}, {"properties": {f"b{i}": inner}}]}
        return inner

    assert relation(nested(12, "integer"), nested(12, "number")) in ("wider", "other")


# Small on purpose: few names, few numbers, so that constraints meet.

_names = st.sampled_from(["a", "b", "x1"])
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 4),
    st.sampled_from([0.5, 1.0, 2.5]),
    st.sampled_from(["", "a", "ab", "xyz"]),
)
_values = st.recursive(
    _scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(_names, v, max_size=3), max_leaves=6
)
_small = st.integers(0, 3)
_types = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def _keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(_names, inner, max_size=2)
    each: dict[str, st.SearchStrategy[Any]] = {
        "type": _types | st.lists(_types, min_size=1, max_size=3, unique=True),
        "enum": st.lists(_values, min_size=1, max_size=3),
        "const": _values,
        "minimum": st.integers(-1, 3),
        "exclusiveMinimum": st.integers(-1, 3),
        "maximum": st.integers(-1, 3),
        "exclusiveMaximum": st.integers(-1, 3),
        "multipleOf": st.sampled_from([1, 2, 4, 0.5, 1.0]),
        "minLength": _small,
        "maxLength": _small,
        "pattern": st.sampled_from(["^a", "b$"]),
        "format": st.sampled_from(["date", "email"]),
        "items": inner,
        "prefixItems": some,
        "minItems": _small,
        "maxItems": _small,
        "uniqueItems": st.booleans(),
        "contains": inner,
        "minContains": _small,
        "properties": named,
        "patternProperties": st.dictionaries(st.sampled_from(["^x", "a"]), inner, max_size=2),
        "additionalProperties": inner,
        "required": st.lists(_names, max_size=2, unique=True),
        "minProperties": _small,
        "maxProperties": _small,
        "propertyNames": inner,
        "dependentRequired": st.dictionaries(_names, st.lists(_names, max_size=2, unique=True), max_size=2),
        "allOf": some,
        "anyOf": some,
        "oneOf": some,
        "not": inner,
        "if": inner,
        "then": inner,
        "description": st.just("described"),
        "$ref": st.just("#/$defs/d"),
    }
    return st.lists(st.sampled_from(sorted(each)), max_size=4, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: each[key] for key in keys})
    )


_schemas = st.recursive(st.booleans() | st.just({}) | _types.map(lambda t: {"type": t}), _keywords, max_leaves=8)


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two schemas: unrelated, or one made from the other by a change of a keyword somewhere."""
    definition = draw(_schemas.filter(lambda s: "$ref" not in str(s)))
    old = draw(_schemas.filter(lambda s: isinstance(s, dict)))
    new = draw(_schemas.filter(lambda s: isinstance(s, dict))) if draw(st.booleans()) else _changed(draw, old)
    return {**old, "$defs": {"d": definition}}, {**new, "$defs": {"d": definition}}


def _changed(draw: st.DrawFn, schema: Any) -> Any:
    if isinstance(schema, bool):
        return draw(st.booleans())
    if isinstance(schema, list):
        found = list(schema)
        if found:
            i = draw(st.integers(0, len(found) - 1))
            found[i] = _changed(draw, found[i])
        return found
    if not isinstance(schema, dict):
        return schema + draw(st.sampled_from([-1, 1])) if type(schema) is int and 0 < schema < 5 else schema
    way = draw(st.sampled_from(["drop", "add", "within", "wrap"]))
    keys = sorted(schema)
    if way == "add" or not keys:
        return {**schema, **draw(_keywords(_schemas))}
    if way == "wrap":
        return {draw(st.sampled_from(["allOf", "anyOf", "oneOf"])): [schema, *draw(st.lists(_schemas, max_size=1))]}
    key = draw(st.sampled_from(keys))
    if way == "drop":
        return {k: v for k, v in schema.items() if k != key}
    return {**schema, key: _changed(draw, schema[key])}


@settings(max_examples=400)
@given(pair=_pairs(), values=st.lists(_values, min_size=5, max_size=25))
def test_no_value_refutes_what_is_claimed(pair: tuple[dict[str, Any], dict[str, Any]], values: list[object]) -> None:
    try:
        before, after = compile_schema(pair[0]), compile_schema(pair[1])
    except BadInput:
        return  # a change can make a schema that is none, such as a minimum length of -1
    found = relation(*pair)

    for value in values:
        if found in ("same", "wider"):
            assert after.is_valid(value) or not before.is_valid(value), (found, value)
        if found in ("same", "narrower"):
            assert before.is_valid(value) or not after.is_valid(value), (found, value)
