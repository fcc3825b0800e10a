"""JSON: a list of cases of any length, read item by item, each with the line on which it starts."""

import json

import pytest

from assay.evaluate import json_items
from assay.evaluate.dataset import DatasetFile, cases_in


def test_items_know_their_lines_wherever_their_braces_stand(tmp_path):
    (tmp_path / "a.json").write_text(
        '\ufeff\n[ {"id": "a"}\n,\n\n{"id":\n"b", "inputs": {"x": "]}\\n"}},{"id":"c"} ]\n'
    )

    found = list(cases_in(DatasetFile(tmp_path / "a.json", "a.json")))

    assert [(case.id, case.where.line) for case in found] == [("a", 2), ("b", 5), ("c", 6)]


def test_items_larger_than_the_window_are_read_whole(read):
    rows = [{"id": str(i), "inputs": {"x": 'é\\"' * 40_000, "n": [10.5, -3]}} for i in range(3)]

    assert read("a.json", json.dumps({"cases": rows})) == rows


BROKEN = [
    ('[{"id": "a"}\n{"id": "b"}]', 2, "expected ',' or ']'"),
    ('[{"id": "a"},\n', 2, "truncated"),
    ('[{"id": "a"},\n{"id": "b"', 2, "not JSON"),
    ('[{"id": "a",\n"inputs" 3}]', 2, "not JSON: Expecting ':' delimiter".lower()),
    ('[{"id": "a"}] x', 1, "trailing"),
    ('[{"id": "a", "inputs": {"x": NaN}}]', 1, "no JSON number"),
    ('[{"id": "a"},\n{"id": "b", "expectd": 1}]', 2, "'expectd' is not known"),
    ('{"case": [{"id": "a"}]}', 1, "not a list of cases"),
    ("[3]", 1, "the row is 3, not a case"),
    ("[1,2", 1, "not JSON: input data was truncated"),
    ("[1,\n2 3]", 2, "not JSON: expected ',' or ']'"),
    ("[" * 3000, 1, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "line", "what"), BROKEN)
def test_what_is_wrong_is_named_with_its_line(refused, text, line, what):
    error = refused("a.json", text)

    assert error.where.line == line
    assert what.lower() in error.what.lower()


def test_bytes_that_are_not_utf_8_are_named_with_their_line(refused):
    assert refused("a.json", b'[{"id": "a"},\n{"id": "\xff"}]').where.line == 2


def test_an_item_without_end_is_refused_before_it_fills_the_memory(tmp_path, refused, monkeypatch):
    long = '[{"id": "' + "x" * (json_items.MAX_ITEM_BYTES + 200_000)

    assert "longer than 16 MB" in refused("a.json", long).what
