"""XLSX: one sheet of a workbook, cells with types, places as spreadsheets name them."""

import io
import sys
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from assay.core.errors import BadInput, Unavailable
from assay.evaluate.dataset import DatasetFile, check_files


def book(**sheets: list[list[object]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


ROWS = [
    ["id", "ticket", "n", "expected", "tags.lang"],
    ["a", "x", 1.5, "bug", "de"],
    [],
    [7, None, True, '{"k": 1}', None],
]


def test_the_first_sheet_is_read_with_its_types_and_empty_rows_left_out(read):
    assert read("a.xlsx", book(One=ROWS, Two=[["id"], ["b"]])) == [
        {"id": "a", "inputs": {"ticket": "x", "n": 1.5}, "expected": "bug", "tags": {"lang": "de"}},
        {"id": "7", "inputs": {"n": True}, "expected": {"k": 1}},
    ]


def test_a_sheet_is_named_after_a_hash(read):
    assert read("a.xlsx", book(One=ROWS, Two=[["id"], ["b"]]), part="Two") == [{"id": "b", "inputs": {}}]


def test_dates_are_text(read):
    assert read("a.xlsx", book(S=[["id", "d"], ["a", date(2026, 1, 2)]]))[0]["inputs"] == {"d": "2026-01-02T00:00:00"}


@pytest.mark.parametrize(
    ("rows", "place", "what"),
    [
        ([["id", "x"], ["a", "#DIV/0!"]], "a.xlsx (S!B2)", "the cell holds the error #DIV/0!"),
        ([["id", "x"], [None, "b"]], "a.xlsx (S!A2)", "the case has no id"),
        ([["name"], ["b"]], "a.xlsx (S row 1)", "no column is named 'id'"),
        ([["id", "x"], ["a"], ["a"]], "a.xlsx (S row 3)", "the id 'a' stands twice"),
        ([["id"], ["a", "b"]], "a.xlsx (S row 2)", "the row has 2 cells and the header has 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_cell(tmp_path, rows, place, what):
    (tmp_path / "a.xlsx").write_bytes(book(S=rows))

    with pytest.raises(BadInput) as caught:
        check_files({"x": DatasetFile(tmp_path / "a.xlsx", "a.xlsx")})

    assert (str(caught.value.where), caught.value.what) == (place, what)


def test_a_sheet_that_is_not_there_is_answered_with_the_nearest(refused):
    assert refused("a.xlsx", book(Tickets=ROWS), part="Ticket").hint == "did you mean 'Tickets'?"


def test_text_stays_text_whatever_it_looks_like(write):
    rows = [{"id": "1", "inputs": {"t": text}} for text in ("=1+1",)] + [{"id": "2", "inputs": {"t": "#N/A"}}]

    sheet = load_workbook(write("a.xlsx", rows))["cases"]

    assert [cell.value for cell in sheet["B"]] == ["t", "=1+1", "#N/A"]
    assert sheet["B2"].data_type == "s"


def test_what_a_cell_cannot_hold_is_refused(write):
    with pytest.raises(BadInput) as caught:
        write("a.xlsx", [{"id": "a", "inputs": {"t": "x" * 40_000}}])

    assert "40,000 characters, and a cell of a sheet takes 32,767" in caught.value.what


def test_a_missing_library_is_named_with_the_extra(read, monkeypatch):
    data = book(S=ROWS)
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(Unavailable) as caught:
        read("a.xlsx", data)

    assert "'openpyxl' is not installed" in caught.value.what
