"""JSON Schema 2020-12: the schema is checked, the value is checked, nothing is fetched."""

import time

import pytest

from assay.core.errors import BadInput
from assay.core.schema import SchemaFinding, compile_schema

TICKET = {
    "type": "object",
    "properties": {
        "topic": {"enum": ["billing", "bug"]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
    },
    "required": ["topic"],
    "additionalProperties": False,
}


def test_a_value_that_fits_has_no_findings():
    validator = compile_schema(TICKET)

    assert validator.is_valid({"topic": "bug", "tags": ["a"]})
    assert validator.findings({"topic": "bug", "tags": ["a"]}) == []


def test_every_finding_names_its_place_and_they_come_in_order():
    findings = compile_schema(TICKET).findings({"topic": "other", "tags": ["a", 1, 2]})

    assert [finding.path for finding in findings] == [("tags",), ("tags", 1), ("tags", 2), ("topic",)]
    assert str(findings[1]) == 'tags[1]: 1 is not of type "string"'


def test_the_items_of_a_list_come_by_their_number():
    findings = compile_schema({"items": {"type": "string"}}).findings([*range(11)])

    assert [finding.path for finding in findings] == [(i,) for i in range(11)]


def test_a_finding_about_the_whole_value_is_only_its_message():
    (finding,) = compile_schema(TICKET).findings([])

    assert finding == SchemaFinding((), '[] is not of type "object"')
    assert str(finding) == finding.message


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        pytest.param({"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n"}, 1, True, id="own-definitions"),
        pytest.param({"prefixItems": [{"type": "string"}], "items": False}, ["a", 1], False, id="2020-12-tuples"),
        pytest.param({"dependentRequired": {"a": ["b"]}}, {"a": 1}, False, id="2019-09-dependencies"),
        pytest.param({"format": "date"}, "2026-02-30", False, id="formats-are-checked"),
        pytest.param({"type": "integer"}, 1.0, True, id="a-whole-float-is-an-integer"),
        pytest.param({"type": "integer"}, True, False, id="a-truth-value-is-not-a-number"),
        pytest.param({}, None, True, id="no-constraint"),
    ],
)
def test_the_draft_is_2020_12(schema, value, fits):
    assert compile_schema(schema).is_valid(value) is fits


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        pytest.param({"type": "strnig"}, "type", id="unknown-type"),
        pytest.param({"properties": {"a": {"minimum": "1"}}}, "properties.a.minimum", id="deep"),
        pytest.param({"required": "a"}, "required", id="not-a-list"),
        pytest.param({"$ref": "#/$defs/none"}, "none", id="reference-to-nothing"),
        pytest.param({"pattern": "("}, "pattern", id="broken-pattern"),
    ],
)
def test_a_schema_that_is_none_says_where_it_is_wrong(schema, part):
    with pytest.raises(BadInput) as caught:
        compile_schema(schema)

    assert caught.value.code == "schema.invalid"
    assert part in caught.value.what
    assert "\n" not in caught.value.what


@pytest.mark.parametrize("uri", ["https://example.com/a.json", "file:///etc/passwd", "other.json"])
def test_nothing_is_fetched_from_outside_the_schema(uri):
    with pytest.raises(BadInput) as caught:
        compile_schema({"$ref": uri})

    assert caught.value.code == "schema.invalid"


def test_a_pattern_that_backtracks_without_end_is_cut_short():
    validator = compile_schema({"pattern": "^(a+)+(?!x)$"})
    before = time.process_time()
    validator.is_valid("a" * 40 + "!")

    assert time.process_time() - before < 2


def test_a_value_nested_deeply_is_checked_without_a_crash():
    value: object = 1
    for _ in range(90):
        value = [value]

    assert compile_schema({"$defs": {"l": {"items": {"$ref": "#/$defs/l"}}}, "$ref": "#/$defs/l"}).is_valid(value)


def test_findings_can_be_kept_from_repeating_values() -> None:
    findings = compile_schema({"type": "integer"}, mask="it").findings("private")

    assert [str(finding) for finding in findings] == ['it is not of type "integer"']
