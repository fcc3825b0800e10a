"""``assay compare``."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from assay.evaluate.run_folder import open_run
from assay.evaluate.wording import NBSP, points
from assay.testing.example_run import BASELINE, CANDIDATE, example_view

VIEW = example_view(30)
POINTS = points(VIEW.summary.comparison.diff)


def run_of(project: Path, name: str, variant: str, *, version: str | None = "1.0.0", **changes: object) -> None:
    """A finished run of one variant, which is called ``v``."""
    with closing(open_run(project / ".assay" / "runs", name, new_id=name, plan={})) as folder:
        with folder.rows() as rows:
            for row in VIEW.rows:
                if row.variant == variant:
                    rows.add(msgspec.structs.replace(row, variant="v"))
        found = next(one for one in VIEW.summary.variants if one.name == variant)
        variants = [msgspec.structs.replace(found, name="v", version=version)]
        folder.write_summary(
            msgspec.structs.replace(VIEW.summary, run=name, variants=variants, comparison=None, **changes)
        )


@pytest.fixture
def runs(project):
    run_of(project, "r-1", BASELINE)
    run_of(project, "r-2", CANDIDATE, started_utc="2026-03-02T00:00:00Z")
    return project


def test_says_what_changed_and_ends_well(assay, runs):
    done = assay("compare", "r-1", "last")

    assert done.status == 0
    assert "before  r-1  support.triage  2026-03-01 14:05:09 UTC" in done.out
    assert "30 cases compared, all that there are." in done.out
    assert f"Difference: {POINTS}, 95 % interval".replace(NBSP, " ") in done.out
    assert "after against before, paired on 30 cases in 15 clusters" in done.out
    assert "before: support.triage 1.0.0 (" in done.out
    assert "Flips: " in done.out
    assert "Graders" in done.out
    assert "Slices, the largest losses first" in done.out
    assert "fewer than 10 cases" in done.out


def test_the_same_run_has_no_flips(assay, runs):
    done = assay("compare", "r-1", "r-1")

    assert "Flips: none" in done.out
    assert "The same prompt version and the same model in both runs." in done.out


def test_a_prompt_without_a_number_has_no_gap_in_its_line(assay, project):
    for name, variant in (("r-1", BASELINE), ("r-2", CANDIDATE)):
        run_of(project, name, variant, version=None)

    assert "before: support.triage (" in assay("compare", "r-1", "r-2").out


def test_a_variant_that_neither_has_is_answered_with_those_there_are(assay, runs):
    done = assay("compare", "r-1", "r-2", "--variant", "v=w")

    assert done.status == 2
    assert done.err == "error: no variant is named 'w'\nhint: known: v\n"
    assert assay("compare", "r-1", "r-2", "--variant", "v").status == 0


def test_as_json(assay, runs):
    found = assay("compare", "r-1", "r-2", "--json").json

    assert (found["before"]["run"], found["after"]["run"]) == ("r-1", "r-2")
    assert found["variants"][0]["comparison"]["n"] == found["cases"]["common"] == 30


def test_as_a_report(assay, runs):
    done = assay("compare", "r-1", "r-2", "--html", "difference.html")
    page = (runs / "difference.html").read_text("utf-8")

    assert done.out.endswith("Report: difference.html\n")
    assert "Two runs compared" in page
    assert f"{POINTS} after" in page
    assert "The suite has no gate" not in page
    assert 'id="rows-0"' in page


def test_other_datasets_are_refused_with_one_sentence(assay, runs):
    run_of(runs, "r-3", CANDIDATE, datasets={"datasets/triage.jsonl": "sha256:0"})
    done = assay("compare", "r-1", "r-3")

    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: the two runs were made over different datasets: datasets/triage-hard.jsonl")
    assert "hint: --common" in done.err
    assert assay("compare", "r-1", "r-3", "--common").status == 0


def test_a_run_that_is_not_finished_is_refused(assay, runs):
    open_run(runs / ".assay" / "runs", "x", new_id="r-9", plan={}).close()
    done = assay("compare", "r-1", "r-9")

    assert done.status == 2
    assert "is not finished" in done.err
