"""Runs are listed as they are, and found by what a person calls them."""

import json
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from assay.core.errors import BadInput
from assay.evaluate.run_folder import open_run
from assay.evaluate.runs import find_run, list_runs
from assay.testing.example_run import example_view


def finished(runs: Path, run: str, **changes: object) -> Path:
    plan = {"run": run, "suite": "triage", "samples": 8, "started_utc": "2026-03-01T00:00:00Z", "variants": []}
    with closing(open_run(runs, run, new_id=run, plan=plan)) as folder:
        summary = msgspec.structs.replace(example_view(2).summary, run=run, **changes)
        folder.write_summary(summary)
        return folder.path


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    finished(tmp_path, "20260301-one", started_utc="2026-03-01T10:00:00Z")
    finished(tmp_path, "20260302-two", started_utc="2026-03-02T10:00:00Z", decision="fail")
    plan = {"run": "20260303-three", "suite": "s", "samples": 9, "started_utc": "2026-03-03T10:00:00Z"}
    open_run(tmp_path, "id", new_id="20260303-three", plan={**plan, "variants": [{"name": "only"}]}).close()
    return tmp_path


def test_the_newest_stands_first_and_one_that_is_not_finished_says_so(runs):
    found = [(entry.run, entry.decision, entry.samples) for entry in list_runs(runs)]

    assert found == [("20260303-three", None, 9), ("20260302-two", "fail", 4), ("20260301-one", "pass", 4)]


def test_folders_that_are_no_runs_are_passed_over(runs):
    (runs / "notes").mkdir()
    (runs / "broken").mkdir()
    (runs / "broken" / "summary.json").write_text("{")
    (runs / "broken" / "plan.json").write_text("[]")

    assert len(list(list_runs(runs))) == 3


def test_no_runs_at_all_is_an_empty_list(tmp_path):
    assert list(list_runs(tmp_path / "none")) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("20260301-one", "20260301-one", id="id"),
        pytest.param("20260302", "20260302-two", id="beginning"),
        pytest.param("last", "20260302-two", id="last-finished"),
    ],
)
def test_a_run_is_found_by(runs, name, found):
    assert find_run(runs, name) == runs / found


def test_a_run_is_found_by_its_folder(runs):
    assert find_run(runs / "elsewhere", str(runs / "20260301-one")) == runs / "20260301-one"


@pytest.mark.parametrize(
    ("name", "what", "hint"),
    [
        ("2026030", "3 runs begin with '2026030'", "such as 20260301-one, 20260302-two, 20260303-three"),
        ("20260301-oen", "there is no run '20260301-oen'", "did you mean 20260301-one?"),
        ("x", "there is no run 'x'", "'assay runs' lists them; a folder does too"),
    ],
)
def test_a_name_that_is_none_says_what_there_is(runs, name, what, hint):
    with pytest.raises(BadInput) as error:
        find_run(runs, name)

    assert (error.value.what, error.value.hint) == (what, hint)


def test_there_is_no_last_run_before_the_first(tmp_path):
    with pytest.raises(BadInput, match="there is no finished run"):
        find_run(tmp_path, "last")


def test_the_list_can_be_written_as_json(runs):
    assert json.loads(msgspec.json.encode(list(list_runs(runs))))[2]["variants"] == ["baseline", "candidate"]
