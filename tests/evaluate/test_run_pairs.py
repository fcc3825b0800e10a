"""Two runs are read case by case: in step where they can be, else by place; what is left out is counted."""

import json
from pathlib import Path

import msgspec
import pytest

from assay.core.errors import BadInput, StorageFailed
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.run_folder import SAMPLES
from assay.evaluate.run_pairs import Overlap, paired_cases, require_same_datasets
from assay.evaluate.types import SampleRow
from assay.testing.example_run import example_view

VIEW = example_view(6)


def run_of(folder: Path, rows: list[SampleRow], **changes: object) -> FinishedRun:
    folder.mkdir()
    (folder / SAMPLES).write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return FinishedRun(msgspec.structs.replace(VIEW.summary, **changes), folder)


def case_of(number: int, **changes: object) -> list[SampleRow]:
    return [msgspec.structs.replace(row, **changes) for row in VIEW.rows[2 * number : 2 * number + 2]]


def paired(before: FinishedRun, after: FinishedRun) -> tuple[list[tuple[str, str]], Overlap]:
    overlap = Overlap()
    found = [(first[0].case, second[0].case) for first, second in paired_cases(before, after, overlap)]
    return found, overlap


def test_cases_in_the_same_order_are_paired_in_step(tmp_path):
    rows = list(VIEW.rows)
    found, overlap = paired(run_of(tmp_path / "a", rows), run_of(tmp_path / "b", rows))

    assert found == [(row.case, row.case) for row in rows[::2]]
    assert overlap == Overlap()


@pytest.mark.parametrize(
    ("before", "after", "cases", "overlap"),
    [
        pytest.param([0, 1, 2, 3], [3, 2, 1, 0], [3, 2, 1, 0], {}, id="turned-round"),
        pytest.param([0, 1, 2, 3], [0, 3], [0, 3], {"only_before": 2}, id="fewer-after"),
        pytest.param([0, 3], [0, 1, 2, 3], [0, 3], {"only_after": 2}, id="more-after"),
        pytest.param([0, 1], [0, 1, 2], [0, 1], {"only_after": 1}, id="one-more-at-the-end"),
        pytest.param([0, 1, 2], [0], [0], {"only_before": 2}, id="the-first-alone"),
        pytest.param([0, 1], [2, 3], [], {"only_before": 2, "only_after": 2}, id="nothing-in-common"),
        pytest.param([], [0], [], {"only_after": 1}, id="nothing-before"),
        pytest.param([0], [], [], {"only_before": 1}, id="nothing-after"),
        pytest.param([], [], [], {}, id="nothing"),
    ],
)
def test_what_one_run_lacks_is_counted(tmp_path, before, after, cases, overlap):
    first = run_of(tmp_path / "a", [row for number in before for row in case_of(number)])
    second = run_of(tmp_path / "b", [row for number in after for row in case_of(number)])
    found, counted = paired(first, second)

    assert [pair[1] for pair in found] == [VIEW.rows[2 * number].case for number in cases]
    assert all(one == other for one, other in found)
    assert counted == Overlap(**overlap)


def test_a_case_with_other_inputs_is_not_the_same_case(tmp_path):
    first = run_of(tmp_path / "a", [*case_of(0), *case_of(1, inputs={"ticket": "as it was"})])
    found, overlap = paired(first, run_of(tmp_path / "b", [*case_of(0), *case_of(1)]))

    assert len(found) == 1
    assert overlap == Overlap(changed=1)


def test_runs_over_the_same_bytes_are_comparable_whatever_the_files_are_called(tmp_path):
    before = run_of(tmp_path / "a", [], datasets={"old.jsonl": "sha256:1", "more.jsonl": "sha256:2"})
    require_same_datasets(before, run_of(tmp_path / "b", [], datasets={"x.jsonl": "sha256:2", "y.jsonl": "sha256:1"}))


def test_other_datasets_are_refused_by_name(tmp_path):
    before = run_of(tmp_path / "a", [], datasets={"same.jsonl": "sha256:0", "triage.jsonl": "sha256:1"})
    after = run_of(tmp_path / "b", [], datasets={"same.jsonl": "sha256:0", "triage.jsonl": "sha256:2"})
    with pytest.raises(BadInput) as error:
        require_same_datasets(before, after)

    assert error.value.what == "the two runs were made over different datasets: triage.jsonl"
    assert "--common" in error.value.hint


def test_rows_that_cannot_be_read_are_one_sentence(tmp_path):
    before = run_of(tmp_path / "a", case_of(0))
    (before.folder / SAMPLES).write_text(json.dumps({"case": "x"}) + "\n")
    with pytest.raises(StorageFailed, match=r"samples\.jsonl:1: the line cannot be read"):
        paired(before, run_of(tmp_path / "b", case_of(0)))
