"""What ``assay eval`` leaves for other programs: the object, the rows, the XML, the exit status; as documented."""

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import duckdb
import pytest

from assay.testing.fake_provider import FakeProvider

PAGE = (Path(__file__).parents[2] / "docs/reference/eval-json.md").read_text("utf-8")
EVAL = ("eval", "suites/sort.yaml", "--json")


def section(heading: str) -> str:
    """The text under a heading of the page; under no heading, its beginning."""
    parts = re.split(r"^#+ (.*)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def keys_of(heading: str) -> set[str]:
    """The keys that the table under that heading documents, from its first column."""
    rows = re.findall(r"^\| (`.*?) \|", section(heading), re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def listed(heading: str, key: str) -> set[str]:
    """The keys that a table documents in braces in the row of that key: ``{a, b}``."""
    row = re.search(rf"^\| `{key}`.*?\{{(.*?)\}}", section(heading), re.MULTILINE)
    assert row is not None
    return set(re.findall(r"\w+", row[1]))


@pytest.fixture
def found(small, sorter, here, against) -> dict[str, object]:
    return here(*EVAL, *against(sorter)).json()


def test_the_object_has_the_documented_keys_and_no_others(found):
    top = "Output of `assay eval --json`"
    assert set(found) == keys_of(top) | {"format"}
    assert found["format"] == 1
    for part in found["gate"]:
        assert set(part) == keys_of("A part of the gate")
    assert found["gate"][0]["rule"] == "validity"


def test_a_variant_has_the_documented_keys_and_no_others(found):
    for variant in found["variants"]:
        assert set(variant) == keys_of("A variant")
        assert set(variant["valid_first"]) == set(variant["valid"]) == {"value", "low", "high", "of"}
        for grader in variant["graders"]:
            assert set(grader) == listed("A variant", "graders")
        for part in variant["slices"]:
            assert set(part) == listed("A variant", "slices")
        assert variant["n"] == variant["passed"] + variant["failed"] + variant["errors"] == 12


def test_the_comparison_has_the_documented_keys_and_no_others(found):
    comparison = found["comparison"]
    flips = comparison["flips"]

    assert set(comparison) == keys_of("The comparison")
    assert set(flips[0]) == listed("The comparison", "flips")
    assert len(flips) == comparison["gained"] + comparison["lost"] == 2


def test_the_figures_are_those_of_the_rows(found, small):
    rows = small.rows()
    for variant in found["variants"]:
        own = [row for row in rows if row["variant"] == variant["name"]]
        assert variant["passed"] == sum(row["status"] == "passed" for row in own)
        assert variant["pass_rate"] == variant["passed"] / variant["n"]
        assert variant["low"] < variant["pass_rate"] < variant["high"]
        assert variant["input_tokens"] == sum(row["input_tokens"] for row in own)
        assert variant["output_tokens"] == sum(row["output_tokens"] for row in own)
        assert variant["cost_usd"] is None  # nobody knows this server's prices, and unknown is not 0


def test_without_a_pair_there_is_no_comparison(small, sorter, here, against):
    text = (small.root / "suites/sort.yaml").read_text("utf-8")
    small.write("suites/sort.yaml", re.sub(r"  - name: candidate\n.*\n|gate:\n.*\n", "", text))
    found = here(*EVAL, *against(sorter)).json()

    assert found["comparison"] is None
    assert [variant["name"] for variant in found["variants"]] == ["baseline"]
    assert found["decision"] == "pass"


def test_the_folder_holds_the_documented_files(found, small):
    documented = set(re.findall(r"^\| `([\w.]+)` \|", section("The run's folder"), re.MULTILINE))
    folder = small.root / found["run"]
    there = {path.name for path in folder.iterdir() if path.name != "lock"}

    assert there == documented
    summary = json.loads((folder / "summary.json").read_bytes())
    assert {**summary, "run": "", "variants": []} == {**found, "run": "", "variants": []}


def test_a_row_has_the_documented_keys_and_no_others(found, small):
    text = section("The run's folder").partition("has these keys:")[2].partition("```sql")[0]
    documented = set(re.findall(r"`(\w+)`", re.sub(r"\((?:`|a list).*?\)", "", text, flags=re.DOTALL)))
    verdict = set(re.findall(r"\w+", re.search(r"\{(.*?)\}", text, re.DOTALL)[1]))

    assert all(set(row) == documented for row in small.rows())
    assert all(set(one) <= verdict for row in small.rows() for one in row["verdicts"])


def test_duckdb_reads_the_rows(found, small):
    query = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)[1]
    counts = {(variant, status): n for variant, status, n in duckdb.sql(query).fetchall()}
    rows = duckdb.sql("SELECT * FROM read_json_auto('.assay/runs/*/samples.jsonl')")

    assert counts == {
        ("baseline", "passed"): 9, ("baseline", "failed"): 3, ("candidate", "passed"): 11, ("candidate", "failed"): 1,
    }  # fmt: skip
    assert set(rows.columns) == set(small.rows()[0])
    assert duckdb.sql("SELECT count(*) FROM rows WHERE inputs.ticket LIKE 'Ticket%'").fetchall() == [(24,)]


def test_the_xml_counts_what_the_rows_count(found, small):
    root = ET.parse(small.root / found["run"] / "junit.xml").getroot()
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    cases = root.findall(".//testcase")

    assert sum(int(suite.get("failures")) for suite in suites) >= 4
    assert len([case for case in cases if case.find("failure") is not None]) >= 4
    assert len(cases) >= 24


def test_the_report_is_one_file_that_loads_nothing(found, small):
    text = (small.root / found["run"] / "report.html").read_text("utf-8")

    assert "<html" in text
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


@pytest.mark.parametrize(
    ("reply", "gate", "decision", "status"),
    [
        pytest.param(None, "at_least: {candidate: 0.5}", "pass", 0, id="pass"),
        pytest.param("other", "at_least: {candidate: 0.9}", "fail", 1, id="fail"),
        pytest.param(None, "at_least: {candidate: 0.9}", "inconclusive", 3, id="inconclusive"),
        pytest.param("fault", "at_least: {candidate: 0.5}", "invalid", 3, id="invalid"),
    ],
)
def test_the_exit_status_is_the_decision(reply, gate, decision, status, small, sorter, here, against):
    text = (small.root / "suites/sort.yaml").read_text("utf-8")
    small.write("suites/sort.yaml", re.sub(r"  compare:.*", f"  {gate}", text))
    if reply is None:
        done = here(*EVAL, *against(sorter))
    else:
        # Every third request is refused for good, which is an error of the sample and no failure.
        script = ["400" if reply == "fault" and n % 3 == 1 else None for n in range(24)]
        with FakeProvider("other", script=script) as fake:
            done = here(*EVAL, *against(fake))

    assert done.status == status
    assert done.json()["decision"] == decision
    assert done.json()["sentence"]


def test_an_error_is_a_status_of_its_own_and_never_a_pass(small, here, against):
    with FakeProvider("billing", script=["400"] * 3) as fake:
        found = here(*EVAL, *against(fake)).json()

    assert sum(variant["errors"] for variant in found["variants"]) == 3
    errors = [row for row in small.rows() if row["status"] == "error"]
    assert len(errors) == 3
    assert all(set(row["error"]) >= {"code", "what"} and row["output"] is None for row in errors)
    assert sum(n for variant in found["variants"] for n in variant["error_codes"].values()) == 3


def test_what_ended_in_an_error_is_asked_for_again(small, here, against):
    with FakeProvider("billing", script=["400"] * 3) as fake:
        here(*EVAL, *against(fake))
        found = here(*EVAL, *against(fake)).json()

    assert (found["calls_made"], found["calls_reused"]) == (3, 21)
    assert sum(variant["errors"] for variant in found["variants"]) == 0


def test_a_suite_that_cannot_be_answered_at_all_stops_early_with_status_2(sorting, here, against):
    with FakeProvider("x", script=["400"] * 150) as fake:
        done = here(*EVAL, *against(fake))

    assert done.status == 2
    assert set(done.json()) == {"error"}
    assert len(fake.requests) < 30


def test_progress_for_machines_stands_beside_the_output(small, here, sorter, against):
    done = here("eval", "suites/sort.yaml", "--json", "--progress", "json", *against(sorter))
    lines = [json.loads(line) for line in done.err.splitlines()]

    assert [line["event"] for line in lines] == ["started", "finished"]
    assert (lines[-1]["done"], lines[-1]["decision"]) == (24, done.json()["decision"])


def test_the_gates_record_has_the_documented_keys_and_names_the_bytes_of_the_rows(found, small):
    folder = small.root / found["run"]
    record = json.loads((folder / "gate.json").read_bytes())

    assert set(record) == keys_of("The gate's record")
    assert record["parts"] == found["gate"]
    assert (
        record["inputs"]["samples"] == f"sha256:{hashlib.sha256((folder / 'samples.jsonl').read_bytes()).hexdigest()}"
    )
    assert record["inputs"]["rows"] == 24
