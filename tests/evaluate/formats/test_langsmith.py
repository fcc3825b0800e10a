"""LangSmith: examples become cases, splits and metadata become tags."""

import json

import pytest

EXAMPLE = {
    "id": "0d9e", "dataset_id": "d1", "created_at": "2026-01-01T00:00:00Z", "source_run_id": None,
    "inputs": {"question": "2+2?"}, "outputs": {"answer": "4"}, "metadata": {"dataset_split": ["test"], "level": 1},
}  # fmt: skip
CASE = {"id": "0d9e", "inputs": {"question": "2+2?"}, "expected": "4", "tags": {"level": "1", "split": "test"}}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", json.dumps(EXAMPLE)),
        ("a.json", json.dumps([EXAMPLE])),
        ("b.json", json.dumps({"examples": [EXAMPLE]})),
    ],
)
def test_an_example_is_a_case(read, name, text):
    assert read(name, text) == [CASE]


@pytest.mark.parametrize(
    "text",
    [
        "id,inputs,outputs,metadata\n"  # noqa: ISC004 - one file of two lines
        '0d9e,"{""question"": ""2+2?""}","{""answer"": ""4""}","{""dataset_split"": [""test""], ""level"": 1}"\n',
        "id,inputs.question,outputs.answer,metadata.level,split\n0d9e,2+2?,4,1,test\n",
    ],
)
def test_a_row_of_csv_is_a_case(read, text):
    assert read("a.csv", text, kind="langsmith") == [CASE]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"outputs": {"answer": "4", "unit": "m"}}, {"answer": "4", "unit": "m"}),
        ({"outputs": {"answer": None}}, None),
        ({"outputs": {"answer": {"n": 4}}}, {"n": 4}),
    ],
)
def test_one_output_is_what_is_expected_and_several_are_an_object(read, change, expected):
    assert read("a.jsonl", json.dumps(EXAMPLE | change))[0]["expected"] == expected


def test_an_example_without_outputs_or_in_no_split_says_nothing_of_them(read):
    example = EXAMPLE | {"outputs": None, "metadata": {"dataset_split": ["base"]}}

    assert read("a.jsonl", json.dumps(example)) == [{"id": "0d9e", "inputs": {"question": "2+2?"}}]


def test_what_is_written_can_be_uploaded(write):
    line = write("a.jsonl", [CASE | {"cluster": "c"}], "langsmith").read_text("utf-8")

    assert json.loads(line) == {
        "inputs": {"question": "2+2?"},
        "outputs": {"expected": "4"},
        "metadata": {"level": "1", "dataset_split": ["test"], "assay": {"id": "0d9e", "cluster": "c"}},
    }


@pytest.mark.parametrize(("key", "value"), [("inputs", "x"), ("outputs", [1]), ("metadata", 3)])
def test_what_is_no_object_is_named_with_its_line(refused, key, value):
    error = refused("a.jsonl", json.dumps(EXAMPLE) + "\n" + json.dumps(EXAMPLE | {key: value}))

    assert error.where.line == 2
    assert f"{key!r} of the example is" in error.what
