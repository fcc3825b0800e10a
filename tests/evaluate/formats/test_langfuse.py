"""Langfuse: items become cases, metadata become tags, archived items stay behind."""

import json

import pytest

ITEM = {
    "id": "i1", "status": "ACTIVE", "datasetId": "d", "datasetName": "n", "sourceTraceId": None,
    "input": {"question": "2+2?"}, "expectedOutput": "4", "metadata": {"level": "easy", "n": 2},
}  # fmt: skip
CASE = {"id": "i1", "inputs": {"question": "2+2?"}, "expected": "4", "tags": {"level": "easy", "n": "2"}}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.json", json.dumps([ITEM]), id="list"),
        pytest.param("a.json", json.dumps({"meta": {"page": 1}, "data": [ITEM]}), id="page of the interface"),
        pytest.param("a.jsonl", json.dumps(ITEM) + "\n", id="lines"),
        pytest.param(
            "a.csv",
            "id,status,input,expectedOutput,metadata\n"
            'i1,ACTIVE,"{""question"": ""2+2?""}","""4""","{""level"":""easy"",""n"":2}"\n',
            id="csv",
        ),
    ],
)
def test_an_item_is_a_case(read, name, text):
    assert read(name, text) == [CASE]


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ({"input": "2+2?"}, CASE | {"inputs": {"input": "2+2?"}}),
        ({"input": None}, CASE | {"inputs": {}}),
        ({"metadata": None}, {k: v for k, v in CASE.items() if k != "tags"}),
        ({"metadata": ["x"]}, CASE | {"tags": {"metadata": '["x"]'}}),
        ({"expectedOutput": None}, {k: v for k, v in CASE.items() if k != "expected"}),
    ],
)
def test_parts_that_are_no_objects_have_their_place(read, change, row):
    assert read("a.json", json.dumps([ITEM | change])) == [row]


def test_archived_items_stay_behind(read):
    assert read("a.json", json.dumps([ITEM | {"id": "old", "status": "ARCHIVED"}, ITEM])) == [CASE]


def test_what_is_written_has_the_fields_of_an_item(write):
    (item,) = json.loads(write("a.json", [CASE | {"cluster": "c"}], "langfuse").read_text("utf-8"))

    assert item == {
        "id": "i1",
        "status": "ACTIVE",
        "input": {"question": "2+2?"},
        "expectedOutput": "4",
        "metadata": {"level": "easy", "n": "2", "assay": {"id": "i1", "cluster": "c"}},
    }


def test_an_item_without_input_is_named_with_its_line(refused):
    assert refused("a.jsonl", json.dumps(ITEM) + '\n{"id": "i2", "expectedOutput": 1}').where.line == 2
