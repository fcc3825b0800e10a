"""JSON Lines: a case a line, in and out, with other keys mapped."""

import pytest


def test_a_case_is_one_line_with_what_it_has(write):
    rows = [{"id": "a", "inputs": {"x": [1, None]}, "expected": None}, {"id": "b", "inputs": {}, "tags": {"k": "v"}}]

    lines = write("a.jsonl", rows).read_text("utf-8").splitlines()

    assert lines == ['{"id":"a","inputs":{"x":[1,null]},"expected":null}', '{"id":"b","inputs":{},"tags":{"k":"v"}}']


def test_keys_of_another_layout_are_mapped_also_inside_objects(read):
    line = '{"n": 7, "data": {"q": "hello", "note": "x"}, "label": {"team": "bug"}, "more": 1}\n'
    rename = {"n": "id", "data.q": "inputs.ticket", "label.team": "expected", "*": "-"}

    assert read("a.jsonl", line, rename=rename) == [{"id": "7", "inputs": {"ticket": "hello"}, "expected": "bug"}]


def test_keys_that_nobody_maps_are_inputs(read):
    assert read("a.jsonl", '{"id": "a", "q": "x", "tags": {"k": "v"}}', rename={"q": "inputs.question"}) == [
        {"id": "a", "inputs": {"question": "x"}, "tags": {"k": "v"}}
    ]


def test_a_key_that_no_row_has_cannot_be_mapped(refused):
    error = refused("a.jsonl", '{"id": "a", "question": "x"}', rename={"qestion": "inputs.q"})

    assert (error.what, error.hint) == ("no column is named 'qestion'", "did you mean 'question'?")


@pytest.mark.parametrize(("ids", "name"), [("row", "r-2"), ("content", "c-")])
def test_cases_without_an_id_can_be_named_by_their_row_or_their_content(read, ids, name):
    first, second = read("a.jsonl", '{"q": "x"}\n{"q": "y"}\n', ids=ids)

    assert second["id"].startswith(name)
    assert first["id"] != second["id"]
    assert read("a.jsonl", '{"q": "x"}\n', ids="content")[0]["id"].startswith("c-")
