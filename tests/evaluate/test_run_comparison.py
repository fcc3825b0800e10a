"""Two runs compared have the figures that one run of two variants would have."""

from pathlib import Path

import msgspec
import pytest

from assay.core.errors import BadInput, UnknownName
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.run_comparison import RunPair, comparison_json
from assay.evaluate.run_folder import SAMPLES
from assay.evaluate.types import GraderVerdict, SampleRow
from assay.stats.paired import tango
from assay.testing.example_run import BASELINE, CANDIDATE, example_view

VIEW = example_view(60)


def run_of(folder: Path, rows: list[SampleRow], names: list[str], **changes: object) -> FinishedRun:
    """A run of those rows, with variants of those names."""
    folder.mkdir(parents=True)
    (folder / SAMPLES).write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    variants = [msgspec.structs.replace(VIEW.summary.variants[0], name=name) for name in names]
    return FinishedRun(
        msgspec.structs.replace(VIEW.summary, run=folder.name, variants=variants, comparison=None, **changes), folder
    )


def only(variant: str, name: str = "", **changes: object) -> list[SampleRow]:
    """One variant's rows, under another name perhaps; each case its own cluster."""
    return [
        msgspec.structs.replace(row, variant=name or variant, cluster=None, **changes)
        for row in VIEW.rows
        if row.variant == variant
    ]


@pytest.fixture
def pair(tmp_path):
    return RunPair(
        run_of(tmp_path / "old", only(BASELINE, "v"), ["v"]), run_of(tmp_path / "new", only(CANDIDATE, "v"), ["v"])
    )


def test_the_difference_and_the_flips_are_those_of_the_two_variants(pair):
    one = pair.compare().variants[0]
    found, wanted = one.comparison, VIEW.summary.comparison
    interval = tango(wanted.gained, wanted.lost, 60, level=0.95)

    assert (found.n, found.gained, found.lost) == (60, wanted.gained, wanted.lost)
    assert [found.diff, found.low, found.high, found.level] == pytest.approx(
        [interval.value, interval.low, interval.high, 0.95]
    )
    assert [(flip.case, flip.change) for flip in found.flips] == [(flip.case, flip.change) for flip in wanted.flips]
    assert (one.before.name, one.after.name) == ("before", "after")
    assert (one.before.passed, one.after.passed) == tuple(v.passed for v in VIEW.summary.variants)


def test_each_slice_and_each_grader_has_its_own_paired_difference(pair):
    one = pair.compare().variants[0]
    slices = {part.name: part for part in one.slices}
    rows = {(row.case, row.variant): row.status == "passed" for row in VIEW.rows}
    high = [row.case for row in VIEW.rows[::2] if row.tags["severity"] == "high"]
    gained = sum(rows[case, CANDIDATE] and not rows[case, BASELINE] for case in high)
    found = slices["severity: high"]

    assert (found.n, found.gained) == (len(high), gained)
    assert found.before.value == pytest.approx(sum(rows[case, BASELINE] for case in high) / len(high))
    assert found.low < found.diff < found.high
    assert {part.name for part in one.graders} == {"contract", "choice"}
    assert [part.diff for part in one.slices] == sorted(part.diff for part in one.slices)


def test_a_grader_that_only_one_run_has_is_not_compared(tmp_path):
    verdict = [GraderVerdict(grader="new", score=1.0, passed=True)]
    before = run_of(tmp_path / "old", only(BASELINE, "v"), ["v"])
    after = run_of(tmp_path / "new", only(BASELINE, "v", verdicts=verdict), ["v"])

    assert RunPair(before, after).compare().variants[0].graders == []


def test_repeats_are_paired_one_by_one_and_weigh_as_one_case(tmp_path):
    def repeated(variant: str) -> list[SampleRow]:
        return [msgspec.structs.replace(row, repeat=k) for row in only(variant, "v") for k in range(3)]

    before = run_of(tmp_path / "old", repeated(BASELINE), ["v"], repeats=3)
    after = run_of(tmp_path / "new", repeated(CANDIDATE), ["v"], repeats=3)
    fewer = run_of(tmp_path / "fewer", only(CANDIDATE, "v"), ["v"], repeats=1)
    thrice, once = RunPair(before, after).compare(), RunPair(before, fewer).compare()

    assert (thrice.repeats, thrice.variants[0].comparison.n, thrice.variants[0].before.n) == (3, 60, 180)
    assert (once.repeats, once.variants[0].comparison.n, once.variants[0].before.n) == (1, 60, 60)
    assert thrice.variants[0].comparison.diff == pytest.approx(once.variants[0].comparison.diff)


def test_a_case_that_lacks_a_sample_is_left_out_and_counted(tmp_path):
    rows = only(BASELINE, "v")
    part = [row for row in only(CANDIDATE, "v") if row.case != rows[7].case]
    other = [msgspec.structs.replace(rows[7], variant="w")]
    found = RunPair(
        run_of(tmp_path / "old", rows, ["v"]), run_of(tmp_path / "new", [*part, *other], ["v", "w"])
    ).compare()

    assert (found.cases.common, found.cases.incomplete) == (59, 1)
    assert found.variants[0].comparison.n == 59


def test_variants_are_paired_by_name(tmp_path):
    rows = list(VIEW.rows)
    names = [BASELINE, CANDIDATE]
    found = RunPair(run_of(tmp_path / "old", rows, names), run_of(tmp_path / "new", rows, [*names, "third"])).compare()

    assert [(one.before.name, one.after.name) for one in found.variants] == [
        ("before: baseline", "after: baseline"), ("before: candidate", "after: candidate"),
    ]  # fmt: skip
    assert [one.comparison.diff for one in found.variants] == [0.0, 0.0]


def test_two_runs_of_one_variant_are_paired_whatever_it_is_called(tmp_path):
    before = run_of(tmp_path / "old", only(BASELINE), [BASELINE])
    after = run_of(tmp_path / "new", only(CANDIDATE), [CANDIDATE])

    assert RunPair(before, after).compare().cases.common == 60


def test_variants_can_be_named_and_those_that_are_called_otherwise_paired(tmp_path):
    names = [BASELINE, CANDIDATE]
    before, after = (run_of(tmp_path / name, list(VIEW.rows), names) for name in ("old", "new"))
    alone = RunPair(before, after, wanted=[(CANDIDATE, CANDIDATE)]).compare()
    crossed = RunPair(before, after, wanted=[(BASELINE, CANDIDATE), (CANDIDATE, BASELINE)]).compare()

    assert [one.after.name for one in alone.variants] == ["after"]
    assert [one.after.name for one in crossed.variants] == [
        "after: baseline → candidate", "after: candidate → baseline",
    ]  # fmt: skip
    assert crossed.variants[0].comparison.diff == -crossed.variants[1].comparison.diff > 0
    with pytest.raises(UnknownName, match="no variant is named 'candidat'"):
        RunPair(before, after, wanted=[(CANDIDATE, "candidat")])


def test_runs_without_a_variant_in_common_are_refused(tmp_path):
    before = run_of(tmp_path / "old", [], ["a", "b"])
    with pytest.raises(BadInput, match="no variant in common: a, b in the first, c in the second"):
        RunPair(before, run_of(tmp_path / "new", [], ["c"]))


def test_other_datasets_are_refused_unless_the_cases_in_common_are_wanted(tmp_path):
    before = run_of(tmp_path / "old", only(BASELINE, "v")[:40], ["v"], datasets={"a.jsonl": "sha256:1"})
    after = run_of(tmp_path / "new", only(CANDIDATE, "v")[10:], ["v"], datasets={"a.jsonl": "sha256:2"})
    with pytest.raises(BadInput, match=r"different datasets: a\.jsonl"):
        RunPair(before, after)
    cases = RunPair(before, after, common=True).compare().cases

    assert (cases.common, cases.only_before, cases.only_after) == (30, 10, 20)


def test_the_lines_are_those_of_one_run_with_two_variants(pair):
    rows = [msgspec.json.decode(line, type=SampleRow) for line in pair.lines()]

    assert [row.variant for row in rows[:4]] == ["before", "after", "before", "after"]
    assert [row.case for row in rows[::2]] == [row.case for row in rows[1::2]]
    assert len(rows) == 120


def test_as_json_a_cost_is_a_number(pair):
    found = comparison_json(pair.compare())

    assert found["format"] == 1
    assert found["variants"][0]["after"]["cost_usd"] == 0.0
