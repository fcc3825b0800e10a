"""CSV: columns that people and spreadsheets write, and JSON cells where text alone would lose something."""

import pytest


def test_a_column_is_plain_where_text_keeps_it_and_json_where_not(write):
    rows = [
        {"id": "a", "inputs": {"t": "x, y", "n": 1, "o": "", "id": "k"}, "expected": "b", "tags": {"s": "v"}},
        {"id": "b", "inputs": {"t": "", "n": 2, "id": "l"}, "expected": {"k": 1}},
    ]

    assert write("a.csv", rows).read_text("utf-8") == (
        'id,t,n:json,o:json,inputs.id,expected,tags.s\na,"x, y",1,"""""",k,b,v\nb,,2,,l,"{""k"":1}",\n'
    )


def test_a_column_of_json_holds_any_value_and_nothing_when_it_is_empty(read):
    text = 'id,n:json,expected:json,tags.t:json,cluster\na,[1],null,"""""",\nb,,,,c\n'

    assert read("a.csv", text) == [
        {"id": "a", "inputs": {"n": [1]}, "expected": None, "tags": {"t": ""}},
        {"id": "b", "inputs": {}, "cluster": "c"},
    ]


def test_a_cell_that_is_not_the_json_of_its_column_is_named(refused):
    error = refused("a.csv", "id,n:json\na,1\nb,{oops\n")

    assert (error.what, error.where.line) == ("the cell in the column 'n:json' is not JSON", 3)


def test_tags_and_inputs_may_stand_in_one_column_each(read):
    assert read("a.csv", 'id,inputs:json,tags:json\na,"{""q"": 1}","{""k"": ""v""}"\n') == [
        {"id": "a", "inputs": {"q": 1}, "tags": {"k": "v"}}
    ]


@pytest.mark.parametrize(
    ("rename", "row"),
    [
        ({"Q": "inputs.q", "A": "expected", "N": "-"}, {"id": "r-2", "inputs": {"q": "x"}, "expected": "y"}),
        ({"Q": "q", "*": "-"}, {"id": "r-2", "inputs": {"q": "x"}}),
        ({"Q": "id", "A": "tags.a", "N": "cluster"}, {"id": "x", "inputs": {}, "cluster": "z", "tags": {"a": "y"}}),
    ],
)
def test_columns_of_another_layout_are_mapped(read, rename, row):
    assert read("a.csv", "Q,A,N\nx,y,z\n", rename=rename, ids="row") == [row]


def test_a_document_of_a_megabyte_fits_into_a_cell(read):
    assert len(read("a.csv", f"id,x\na,{'w' * 1_000_000}\n")[0]["inputs"]["x"]) == 1_000_000
