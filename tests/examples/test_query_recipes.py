"""Every recipe of ``docs/how-to/query-a-run.md`` runs, as it stands there, over runs as Assay writes them."""

import re
from contextlib import closing
from pathlib import Path

import duckdb
import msgspec
import pytest

from assay.cli.main import run as assay
from assay.evaluate.run_folder import open_run
from assay.evaluate.types import SampleRow
from assay.testing.example_run import example_view

PAGE = (Path(__file__).parents[2] / "docs/how-to/query-a-run.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(sql|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
QUERIES = [text for language, text in BLOCKS if language == "sql"]
SCRIPTS = [text for language, text in BLOCKS if language == "python"]
VIEW = example_view(40)


def sentiment(row: SampleRow, number: int) -> SampleRow:
    """A row as the starter project makes it."""
    tags = {"tone": ("plain", "ironic")[number // 2 % 2], **({"only_here": "x"} if number > 60 else {})}
    return msgspec.structs.replace(row, tags=tags, inputs={"review": f"review {number // 2}"})


@pytest.fixture
def runs(project: Path) -> Path:
    """Two runs, of which the second has more keys in its tags and errors alone at its end, and one that was stopped."""
    rows = [sentiment(row, number) for number, row in enumerate(VIEW.rows)]
    for name, part in (("20260301-a", rows[:40]), ("20260302-b", rows), ("20260303-c", rows[:2])):
        with closing(open_run(project / ".assay" / "runs", name, new_id=name, plan={})) as folder:
            with folder.rows() as writer:
                for row in part:
                    writer.add(row)
            if name != "20260303-c":
                folder.write_summary(msgspec.structs.replace(VIEW.summary, run=name))
    assert assay(["export-run", "20260301-a", "--export", "parquet=first.parquet"]) == 0
    assert assay(["export-run", "last", "--export", "parquet=last.parquet"]) == 0
    return project


def test_the_page_has_recipes():
    assert len(QUERIES) >= 8
    assert len(SCRIPTS) >= 4


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_a_query_has_an_answer(runs, query):
    assert duckdb.sql(query).fetchall()


@pytest.mark.parametrize("script", SCRIPTS, ids=range(len(SCRIPTS)))
def test_a_script_prints_its_answer(runs, script, capsys):
    if "polars" in script:
        pytest.importorskip("polars")
    exec(compile(script, "query-a-run.md", "exec"), {})

    assert capsys.readouterr().out.strip()


def test_the_answers_are_right(runs):
    tones = {tone: n for tone, n, _ in duckdb.sql(QUERIES[0]).fetchall()}
    by_run = {run: (n, rate) for run, n, rate in duckdb.sql(QUERIES[3]).fetchall()}
    passed = sum(row.status == "passed" for row in VIEW.rows)

    assert sum(tones.values()) == 40 + 80 + 2
    assert by_run["20260302-b"] == (80, pytest.approx(passed / 80))
    assert {row[0] for row in duckdb.sql(QUERIES[5]).fetchall()} == {"20260301-a", "20260302-b"}
    assert sum(n for _, n, _, _ in duckdb.sql(QUERIES[6]).fetchall()) == 120
