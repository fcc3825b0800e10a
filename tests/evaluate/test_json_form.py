"""The schema that a grader holds JSON to."""

import pytest

from assay.author.source import WorkingTree
from assay.core.errors import BadInput
from assay.evaluate.bench import Bench
from assay.evaluate.json_form import problem_of, read_schema


@pytest.fixture
def bench(tmp_path) -> Bench:
    (tmp_path / "form.json").write_text('{"required": ["a"]}')
    (tmp_path / "list.yaml").write_text("- a")
    return Bench(WorkingTree(tmp_path))


@pytest.mark.parametrize("value", [{"required": ["a"]}, 'required: ["a"]', "form.json", "file://form.json"])
def test_a_schema_is_a_mapping_a_text_or_a_file(bench, value):
    validator = read_schema(value, bench)

    assert problem_of(validator, {"a": 1}) is None
    assert problem_of(validator, {}) == '"a" is a required property'


@pytest.mark.parametrize("value", [None, {}, ""])
def test_no_schema_is_none(bench, value):
    assert read_schema(value, bench) is None


def test_a_schema_is_compiled_once(bench):
    assert read_schema({"type": "object"}, bench) is read_schema("type: object", bench)


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"items": [{"type": "string"}, {"type": "number"}]}, ["a", 1], True),
        ({"items": [{"type": "string"}, {"type": "number"}]}, ["a", "b"], False),
        ({"properties": {"x": {"dependencies": {"a": ["b"]}}}}, {"x": {"a": 1}}, False),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "string", "format": "date"}, "x", False),
        ({"prefixItems": [{"type": "string"}]}, [1], False),
    ],
)
def test_an_older_schema_is_read_as_what_it_is(bench, schema, value, fits):
    assert (problem_of(read_schema(schema, bench), value) is None) is fits


@pytest.mark.parametrize("value", [{"type": "nothing"}, "just words", "list.yaml", "nowhere.json", "../form.json"])
def test_what_is_no_schema_is_refused(bench, value):
    with pytest.raises(BadInput):
        read_schema(value, bench)


def test_only_the_first_findings_are_told(bench):
    schema = {"properties": {name: {"type": "string"} for name in "abcde"}}

    assert problem_of(read_schema(schema, bench), dict.fromkeys("abcde", 1)).endswith("and 2 more")
