"""The samples as Parquet: every column, the same for every run, and read by others."""

import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import duckdb
import msgspec
import pyarrow.parquet as pq
import pytest

from assay.core.errors import Unavailable
from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.exporters.parquet import schema
from assay.evaluate.run_folder import SAMPLES
from assay.evaluate.types import CalledTool, SampleRow, Spent
from assay.testing.example_run import example_view

VIEW = example_view(60)
FULL = msgspec.structs.replace(
    VIEW.rows[0],
    cost_usd="0.0000123456789",
    named={"recall": 0.5},
    tool_calls=[CalledTool(name="look_up", arguments='{"id": 7}')],
    grading=Spent(calls=2, input_tokens=10, output_tokens=None, cost_usd="0.01"),
    detail={"any": ["thing"]},
    cluster="c",
)


def run_of(folder: Path, rows: list[SampleRow]) -> FinishedRun:
    folder.mkdir(exist_ok=True)
    (folder / SAMPLES).write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return FinishedRun(msgspec.structs.replace(VIEW.summary, run=folder.name), folder)


def written(run: FinishedRun, path: Path) -> Path:
    with path.open("wb") as out:
        exporters.get("parquet")(run, out)
        assert not out.closed
    return path


def test_every_sample_is_a_row_in_order(tmp_path):
    table = pq.read_table(written(run_of(tmp_path / "r", list(VIEW.rows)), tmp_path / "out.parquet"))

    assert table.column("sample").to_pylist() == [row.sample for row in VIEW.rows]
    assert table.column("status").to_pylist() == [row.status for row in VIEW.rows]
    assert set(table.column("run").to_pylist()) == {"r"}
    assert [dict(tags) for tags in table.column("tags").to_pylist()] == [row.tags for row in VIEW.rows]


def test_every_key_of_a_sample_is_in_a_column(tmp_path):
    keys = {field.name for field in msgspec.structs.fields(SampleRow)}
    (row,) = pq.read_table(written(run_of(tmp_path / "r", [FULL]), tmp_path / "out.parquet")).to_pylist()

    assert keys <= set(row)
    assert row["cost_usd"] == Decimal("0.0000123456789").quantize(Decimal("1e-12"))
    assert row["named"] == [("recall", 0.5)]
    assert row["tool_calls"] == [{"name": "look_up", "arguments": '{"id": 7}'}]
    assert row["grading"] == {"calls": 2, "input_tokens": 10, "output_tokens": None, "cost_usd": Decimal("0.01")}
    assert row["detail"] == '{"any":["thing"]}'
    assert row["at_utc"].isoformat() == "2026-03-01T14:05:11+00:00"
    assert row["verdicts"][0]["grader"] == "contract"


@pytest.mark.parametrize("rows", [[], [VIEW.rows[0]], list(VIEW.rows)], ids=["none", "one", "all"])
def test_the_columns_are_the_same_for_every_run(tmp_path, rows):
    found = pq.read_schema(written(run_of(tmp_path / "r", rows), tmp_path / "out.parquet"))

    assert found.equals(schema())


def test_many_rows_are_written_in_several_groups(tmp_path):
    many = [VIEW.rows[i % 100] for i in range(9_000)]
    found = pq.ParquetFile(written(run_of(tmp_path / "r", many), tmp_path / "out.parquet"))

    assert (found.metadata.num_rows, found.num_row_groups) == (9_000, 3)


def test_files_of_several_runs_are_one_table_to_duckdb(tmp_path):
    for name, rows in (("a", [VIEW.rows[0]]), ("b", [FULL, *VIEW.rows[30:33]])):
        written(run_of(tmp_path / name, rows), tmp_path / f"{name}.parquet")
    found = duckdb.sql(
        f"SELECT run, count(*), max(tags['severity']), max(json_extract_string(inputs, '$.customer.plan'))"
        f" FROM read_parquet('{tmp_path}/*.parquet') GROUP BY run ORDER BY run"
    ).fetchall()

    assert [(run, n) for run, n, _, _ in found] == [("a", 1), ("b", 4)]
    assert {plan for *_, plan in found} == {"plus"}


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Unavailable) as error:
        exporters.get("parquet")(run_of(tmp_path / "r", []), BytesIO())

    assert error.value.hint == "pip install 'assay[data]'"
