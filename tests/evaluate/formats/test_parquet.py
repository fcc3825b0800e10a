"""Parquet: columns with types, structs as others write them, streamed by row groups."""

import sys
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.core.errors import Unavailable


@pytest.fixture
def file(tmp_path):
    def make(**columns: object) -> bytes:
        pq.write_table(pa.table(columns), tmp_path / "made.parquet")
        return (tmp_path / "made.parquet").read_bytes()

    return make


def test_columns_have_the_types_of_their_values(write):
    rows = [
        {"id": "a", "inputs": {"n": 1, "x": 1, "b": True, "j": [1]}, "expected": 2},
        {"id": "b", "inputs": {"x": 0.5}},
    ]

    schema = pq.read_schema(write("a.parquet", rows))

    assert {field.name: str(field.type) for field in schema} == {
        "id": "string",
        "n": "int64",
        "x": "double",
        "b": "bool",
        "j:json": "string",
        "expected": "int64",
    }


def test_structs_and_types_of_others_are_read(read, file):
    data = file(
        id=[1, 2],
        inputs=[{"q": "x", "n": None}, {"q": "y", "n": 3}],
        expected=[["a"], None],
        tags=[{"split": "test"}, {"split": None}],
    )

    assert read("a.parquet", data) == [
        {"id": "1", "inputs": {"q": "x"}, "expected": ["a"], "tags": {"split": "test"}},
        {"id": "2", "inputs": {"q": "y", "n": 3}},
    ]


def test_dates_and_decimals_are_text(read, file):
    data = file(id=["a"], d=[date(2026, 11, 26)], p=[Decimal("1.50")])

    assert read("a.parquet", data) == [{"id": "a", "inputs": {"d": "2026-11-26", "p": "1.50"}}]


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ([0.0, float("nan")], "'x' is nan, which is no JSON number"),
        (["a", "b"], "no column is named 'id'"),
        ([b"a", b"b"], "holds bytes"),
    ],
)
def test_what_json_cannot_hold_is_named_with_its_row(refused, file, column, what):
    data = file(x=column) if column == ["a", "b"] else file(id=["a", "b"], x=column)

    error = refused("a.parquet", data)

    assert what in error.what
    assert str(error.where).startswith("a.parquet (")


def test_a_missing_library_is_named_with_the_extra(read, file, monkeypatch):
    data = file(id=["a"])
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(Unavailable) as caught:
        read("a.parquet", data)

    assert caught.value.hint.startswith("pip install 'assay[data]'")
