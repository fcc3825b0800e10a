import pytest

from assay.models.wire.strict_schema import may_be_strict


def closed(**properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(closed(a=TEXT), id="flat"),
        pytest.param(closed(), id="empty"),
        pytest.param(closed(a=closed(b={"type": ["string", "null"], "enum": ["x", None]})), id="nested"),
        pytest.param(closed(a={"type": "array", "items": closed(b=TEXT), "minItems": 1}), id="array"),
        pytest.param(closed(a={"anyOf": [TEXT, closed(b=TEXT)]}), id="any-of-below-the-root"),
        pytest.param(closed(a={"$ref": "#/$defs/t"}) | {"$defs": {"t": closed(b=TEXT)}}, id="definitions"),
        pytest.param(closed(a={"type": "integer", "minimum": 0, "description": "n"}), id="bounds"),
        pytest.param(closed(format=TEXT, allOf=TEXT), id="properties-named-like-keywords"),
    ],
)
def test_a_closed_schema_of_known_keywords_may_be_strict(schema):
    assert may_be_strict(schema)


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"type": "object", "properties": {"a": TEXT}, "required": ["a"]}, id="open"),
        pytest.param(closed(a=TEXT) | {"required": []}, id="optional"),
        pytest.param(closed(a=TEXT) | {"required": ["a", "b"]}, id="required-and-undeclared"),
        pytest.param(closed(a={"type": "object"}), id="nested-and-open"),
        pytest.param(closed(a={"type": ["object", "null"]}), id="nullable-and-open"),
        pytest.param(closed(a={"properties": {}}), id="properties-without-type"),
        pytest.param(closed(a=closed(b=TEXT) | {"additionalProperties": True}), id="additional-properties"),
        pytest.param(closed(a={"type": "array", "items": {"type": "object"}}), id="items-open"),
        pytest.param(closed(a=TEXT | {"minLength": 1}), id="keyword-beyond-the-list"),
        pytest.param(closed(a=TEXT | {"default": "x"}), id="default"),
        pytest.param(closed(a=True), id="boolean-schema"),
        pytest.param(closed(a=TEXT) | {"anyOf": [{}]}, id="any-of-at-the-root"),
        pytest.param({"type": "array", "items": TEXT}, id="root-is-no-object"),
        pytest.param(closed(a=TEXT) | {"$schema": "x"}, id="dialect"),
        pytest.param(closed(a={"anyOf": TEXT}), id="any-of-that-is-no-list"),
        pytest.param(closed(a=TEXT) | {"$defs": []}, id="definitions-that-are-no-object"),
        pytest.param({}, id="anything"),
    ],
)
def test_any_other_is_passed_on_without_the_mark(schema):
    assert not may_be_strict(schema)
