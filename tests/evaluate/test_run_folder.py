"""A run's folder is found again by what the run means, held by one process, and never half written."""

import json
import subprocess
import sys
from contextlib import closing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import StorageFailed
from assay.evaluate.run_folder import PLAN, SAMPLES, SUMMARY, RunFolder, iterate_rows, open_run
from assay.testing.example_run import example_rows, example_view

ROWS = example_rows(6)


def opened(runs, identity="sha256:a", new_id="run-1", **plan) -> RunFolder:
    return open_run(runs, identity, new_id=new_id, plan=plan)


def test_a_new_run_gets_a_folder_with_its_plan(tmp_path):
    with closing(opened(tmp_path / "runs", suite="triage")) as folder:
        assert folder.name == "run-1"
        assert folder.plan() == {"format": 1, "identity": "sha256:a", "suite": "triage"}


def test_an_unfinished_run_is_taken_up_again_by_the_same_command_alone(tmp_path):
    opened(tmp_path, new_id="run-1", suite="first").close()

    with closing(opened(tmp_path, new_id="run-2")) as same, closing(opened(tmp_path, "sha256:b", "run-3")) as other:
        assert (same.name, other.name) == ("run-1", "run-3")
        assert same.plan()["suite"] == "first"


def test_a_finished_run_is_left_as_it_is(tmp_path):
    with closing(opened(tmp_path)) as folder:
        folder.write_summary(example_view().summary)
        written = (folder.path / SUMMARY).read_bytes()

    with closing(opened(tmp_path, new_id="run-2")) as later:
        assert later.name == "run-2"
    assert (tmp_path / "run-1" / SUMMARY).read_bytes() == written
    assert json.loads(written)["decision"] == example_view().summary.decision


def test_a_run_under_way_is_not_taken_over(tmp_path):
    with closing(opened(tmp_path)), closing(opened(tmp_path, new_id="run-2")) as second:
        assert second.name == "run-2"


def test_a_run_whose_process_was_killed_is_free_at_once(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from assay.evaluate.run_folder import open_run;"
        "open_run(Path(sys.argv[1]), 'sha256:a', new_id='run-1', plan={}); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)

    with closing(opened(tmp_path, new_id="run-2")) as folder:
        assert folder.name == "run-1"


def test_a_run_that_ends_while_it_is_looked_at_is_not_taken_for_unfinished(tmp_path, monkeypatch):
    first = opened(tmp_path)
    take = sys.modules[open_run.__module__]._try_lock

    def lock_after_the_other_has_finished(path):
        if path == first.path:
            first.write_summary(example_view().summary)
            first.close()
        return take(path)

    monkeypatch.setattr(sys.modules[open_run.__module__], "_try_lock", lock_after_the_other_has_finished)

    with closing(opened(tmp_path, new_id="run-2")) as folder:
        assert folder.name == "run-2"


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"identity": null}'])
def test_a_plan_that_cannot_be_read_is_somebody_elses(tmp_path, text):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / PLAN).write_text(text)

    with closing(opened(tmp_path)) as folder:
        assert folder.name == "run-1"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "runs").write_text("a file where the folder should be")

    with pytest.raises(StorageFailed, match="cannot be used"):
        opened(tmp_path / "runs")


def test_rows_come_back_as_they_were_written_one_a_line(tmp_path):
    with closing(opened(tmp_path)) as folder:
        with folder.rows() as rows:
            for row in ROWS:
                rows.add(row)

        assert list(iterate_rows(folder.path)) == ROWS
        lines = (folder.path / SAMPLES).read_text("utf-8").split("\n")
        assert [json.loads(line)["case"] for line in lines[:-1]] == [row.case for row in ROWS]


@given(text=st.text(), number=st.floats(allow_nan=False, allow_infinity=False), expected=st.lists(st.text()))
def test_any_text_makes_one_line_and_comes_back(tmp_path_factory, text, number, expected):
    row = msgspec.structs.replace(ROWS[0], output=text, inputs={"q": text, "n": number}, expected=expected)
    with closing(opened(tmp_path_factory.mktemp("run"))) as folder:
        with folder.rows() as rows:
            rows.add(row)

        assert (folder.path / SAMPLES).read_bytes().count(b"\n") == 1
        assert list(iterate_rows(folder.path)) == [row]


def test_rows_start_anew_when_a_run_is_taken_up_again(tmp_path):
    with closing(opened(tmp_path)) as folder:
        for rows_wanted in (ROWS, ROWS[:2]):
            with folder.rows() as rows:
                for row in rows_wanted:
                    rows.add(row)

        assert list(iterate_rows(folder.path)) == ROWS[:2]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    with closing(opened(tmp_path)) as folder:
        folder.write("note.txt", b"old")
        (folder.path / ".note.txt.new").mkdir()

        with pytest.raises(StorageFailed, match=r"note\.txt cannot be used"):
            folder.write("note.txt", b"new")
        assert (folder.path / "note.txt").read_bytes() == b"old"
