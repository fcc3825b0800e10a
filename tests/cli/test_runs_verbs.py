"""``assay runs`` and ``assay report``."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from assay.evaluate.run_folder import SAMPLES, open_run
from assay.testing.example_run import example_view

VIEW = example_view(6)


def run_of(project: Path, name: str, **changes: object) -> Path:
    """A finished run in the project."""
    with closing(open_run(project / ".assay" / "runs", name, new_id=name, plan={})) as folder:
        with folder.rows() as rows:
            for row in VIEW.rows:
                rows.add(row)
        folder.write_summary(msgspec.structs.replace(VIEW.summary, run=name, **changes))
        return folder.path


@pytest.fixture
def two(project):
    run_of(project, "r-1", started_utc="2026-03-01T10:00:00Z")
    return run_of(project, "r-2", started_utc="2026-03-02T10:00:00Z", decision="inconclusive", suite="other")


def test_runs_are_listed_newest_first(assay, two):
    lines = assay("runs").out.splitlines()

    assert lines[0].split() == ["run", "suite", "decision", "started", "samples"]
    assert lines[2].split() == ["r-2", "other", "?", "inconclusive", "2026-03-02", "10:00:00", "UTC", "12"]
    assert lines[3].split()[:4] == ["r-1", "support.triage", "✓", "pass"]


def test_runs_of_one_suite_as_json(assay, two):
    assert [entry["run"] for entry in assay("runs", "--suite", "other", "--json").json] == ["r-2"]


def test_no_runs_is_said_in_a_sentence(assay, project):
    assert assay("runs").out == "There is no run here yet.\n"
    assert assay("runs", "--json").json == []


def test_a_long_list_ends_after_twenty(assay, project):
    for i in range(22):
        run_of(project, f"r-{i:02}")

    assert assay("runs").out.endswith("and 2 before; --all lists them\n")
    assert "r-00" in assay("runs", "--all").out


def test_a_report_is_made_again_in_the_folder_of_its_run(assay, two):
    done = assay("report", "last")

    assert (done.status, done.out) == (0, ".assay/runs/r-2/report.html\n")
    assert "support.triage" in (two / "report.html").read_text("utf-8")


def test_a_report_is_made_elsewhere_with_as_many_rows_as_are_wanted(assay, two, project):
    done = assay("report", "r-1", "--rows", "5", "--out", "five.html", "--json")

    assert done.json == {"run": "r-1", "report": "five.html"}
    assert "These are the first 5 of 12 samples" in (project / "five.html").read_text("utf-8")
    assert not (two.parent / "r-1" / "report.html").exists()


def test_a_run_whose_samples_are_gone_is_one_sentence(assay, two):
    (two / SAMPLES).unlink()
    done = assay("report", "last")

    assert done.status == 2
    assert "samples.jsonl cannot be used" in done.err


def test_a_line_that_is_no_sample_is_one_sentence(assay, two):
    (two / SAMPLES).write_text("{}\n")

    assert "samples.jsonl:1: the line cannot be read as a sample" in assay("report", "last").err
