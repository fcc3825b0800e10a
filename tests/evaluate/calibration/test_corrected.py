"""What a calibration makes of verdicts: when labels are used, when only the errors, and when nothing is concluded."""

from dataclasses import replace

import numpy as np

from assay.evaluate.calibration.correct import SLICE, JudgedRun, corrections
from assay.evaluate.calibration.corrected import Corrected
from assay.evaluate.calibration.draw import draw_cases
from assay.evaluate.calibration.measure import About, calibrate, counts_of
from assay.evaluate.calibration.sheet import Sheet, SheetRow, reply_key
from assay.evaluate.calibration.types import Draw, Judged, JudgedCase, LabelledReply
from assay.evaluate.gate_spec import CaseRule, CompareRule, GateSpec
from assay.evaluate.gating.cell import Cell

N = 400
DATA = {"cases.jsonl": "sha256:1"}


def world(seed: int = 1, *, changed: float = 0.0, spec: float = 0.8) -> tuple[list[JudgedCase], dict[str, np.ndarray]]:
    """Cases that a judge of sensitivity 0.9 has judged, and what is true of them; a share of new replies differs."""
    rng = np.random.default_rng(seed)
    true = {"old": rng.random(N) < 0.7, "new": rng.random(N) < 0.7}
    said = {name: np.where(right, rng.random(N) < 0.9, rng.random(N) < 1 - spec) for name, right in true.items()}
    other = np.random.default_rng(9).random(N) < changed
    cases = [
        JudgedCase(
            f"c{i}", None, {}, None,
            {
                name: Judged("t", f"{name}{i}{'!' * int(other[i] and name == 'new')}", bool(said[name][i]), True, "j")
                for name in true
            },
        )
        for i in range(N)
    ]  # fmt: skip
    return cases, true


def calibration(cases, true, *, n: int = 120):
    rows = [
        SheetRow(
            key=reply_key(one.case.case, judged.reply), case=one.case.case, input="", expected="", reply="",
            labels={"label": "pass" if true[name][int(one.case.case[1:])] else "fail"},
        )
        for one in draw_cases(cases, n, seed=0)
        for name, judged in one.case.replies.items()
    ]  # fmt: skip
    sheet = Sheet(Draw(run="R1", grader="tone", cases=n, seed=0), rows)
    about = About(name="tone", suite="s", datasets=DATA, made_utc="2026-01-01T00:00:00Z", expires_utc=None)
    return calibrate(cases, sheet, about)


def cell(cases) -> Cell:
    values = np.array([float(c.replies["new"].passed) - float(c.replies["old"].passed) for c in cases])
    squares = float(((values - values.mean()) ** 2).sum())
    return Cell(
        n=len(cases), left_out=0, clusters=len(cases), mean=float(values.mean()), squares=squares,
        cluster_squares=squares, gained=int((values > 0).sum()), lost=int((values < 0).sum()), binary=True,
    )  # fmt: skip


def run(cases, **changed) -> JudgedRun:
    usual = {
        "started_utc": "2026-01-02T00:00:00Z", "datasets": DATA, "repeats": 1,
        "judges": {"tone": ["j"]}, "cases": lambda grader: cases,
    }  # fmt: skip
    return JudgedRun(**(usual | changed))


GATE = GateSpec(compare=CompareRule(candidate="new", baseline="old", margin=0.1))


def test_labels_of_replies_that_are_all_unchanged_are_used():
    cases, true = world()
    found = Corrected(calibration(cases, true), cases, same_cases=True).pair("pass", "new", "old")(cell(cases), 0.9)

    assert found.method == "ppi++"
    assert found.low < float(true["new"].mean() - true["old"].mean()) < found.high


def test_where_some_replies_changed_the_labels_that_are_left_are_no_draw_and_are_not_used():
    cases, true = world()
    measured = calibration(cases, true)
    later, _ = world(changed=0.2)
    found = Corrected(measured, later, same_cases=True)

    assert found.pair("pass", "new", "old")(cell(later), 0.9).method == "rogan-gladen"
    assert found.single("pass", "new")(cell(later), 0.9).method == "rogan-gladen"
    assert found.single("pass", "old")(cell(later), 0.9).method == "ppi++"  # the baseline is what it was


def test_labels_of_other_cases_are_not_used():
    cases, true = world()
    measured = calibration(cases, true)
    found = corrections(run(cases, datasets={"cases.jsonl": "sha256:2"}), GATE, [measured])

    assert found.estimates["pass", ""](cell(cases), 0.9).method == "rogan-gladen"


def test_of_passes_that_other_graders_fail_too_nothing_is_made_by_the_errors_alone():
    cases, true = world()
    measured = calibration(cases, true)
    later, _ = world(changed=0.2)
    one = later[0].replies["new"]
    later[0] = replace(later[0], replies={**later[0].replies, "new": replace(one, others=False)})
    found = Corrected(measured, later, same_cases=True)

    assert (found.pair("pass", "new", "old")(cell(later), 0.9).low) == -1.0
    assert found.pair("grader:tone", "new", "old")(cell(later), 0.9).low > -1.0


def test_samples_without_a_verdict_widen_what_is_told():
    cases, true = world()
    measured, known = calibration(cases, true), cell(cases)
    full = Corrected(measured, cases, same_cases=True).pair("pass", "new", "old")(known, 0.9)
    drawn = {label.case for label in measured.labels}
    gone = [case for case in cases if case.case not in drawn][:40]
    left = [case for case in cases if case not in gone]
    found = Corrected(measured, left, same_cases=True).pair("pass", "new", "old")(known, 0.9)
    rate = Corrected(measured, left, same_cases=True).single("pass", "new")(known, 0.9)

    assert found.low < full.low - 0.05
    assert found.high > full.high + 0.05
    assert rate.high <= 0.9


def test_a_judge_that_errs_on_one_variant_more_than_on_the_other_concludes_nothing_by_its_errors():
    cases, true = world()
    kind = {
        "old": np.where(true["old"], True, np.arange(N) % 20 == 0),
        "new": np.where(true["new"], True, np.arange(N) % 20 != 0),
    }
    odd = [
        JudgedCase(
            c.case, None, {}, None,
            {name: Judged("t", j.reply, bool(kind[name][i]), True, "j") for name, j in c.replies.items()},
        )
        for i, c in enumerate(cases)
    ]  # fmt: skip
    found = Corrected(calibration(odd, true), odd, same_cases=False).pair("pass", "new", "old")(cell(odd), 0.9)

    assert (found.low, found.high) == (-1.0, 1.0)


def test_what_a_calibration_cannot_make_up_for_does_not_count():
    cases, true = world()
    measured = calibration(cases, true)
    often = GateSpec(compare=GATE.compare, cases=CaseRule(passes=2, of=3))
    two = corrections(run(cases, judges={"tone": ["j"], "wit": ["k"]}), GATE, [measured])

    assert corrections(run(cases, repeats=3), often, [measured]).estimates == {}
    assert ("pass", "") not in two.estimates
    assert {"pass", "score", "grader:tone", "grader:wit"} <= two.advisory


def test_slices_and_zero_tolerance_have_their_own_corrections():
    cases, true = world()
    found = corrections(run(cases), GATE, [calibration(cases, true)])

    assert found.estimates["grader:tone", SLICE](cell(cases), 0.9).method == "rogan-gladen"
    assert found.errors["grader:tone"].informs


def test_a_graded_judge_has_no_rate_to_correct():
    cases, true = world()
    measured = calibration(cases, true)
    graded = [
        JudgedCase(
            c.case, None, {}, None,
            {name: Judged("t", j.reply, j.passed, True, "j", score=0.6) for name, j in c.replies.items()},
        )
        for c in cases
    ]  # fmt: skip

    assert ("grader:tone", "") not in corrections(run(graded), GATE, [measured]).estimates
    assert ("pass", "") in corrections(run(graded), GATE, [measured]).estimates


def test_what_is_measured_of_a_judge_holds_for_labels_drawn_by_its_verdicts():
    rounds, right, wrong = 200, 0, 0
    for seed in range(rounds):
        rng = np.random.default_rng(seed)
        true = rng.random(1_000) < 0.9
        said = np.where(true, rng.random(1_000) < 0.9, rng.random(1_000) < 0.3)
        cases = [
            JudgedCase(f"c{i}", None, {}, None, {"v": Judged("t", f"r{i}", bool(said[i]), True, "j")})
            for i in range(1_000)
        ]
        labels = [
            LabelledReply(
                case=one.case.case, variant="v", reply=one.case.replies["v"].reply, chance=one.chance,
                judged=one.case.replies["v"].passed, labels={}, right=bool(true[int(one.case.case[1:])]),
            )
            for one in draw_cases(cases, 60, seed=seed)
        ]  # fmt: skip
        found = counts_of(labels)
        right += found.sensitivity().low <= 0.9 <= found.sensitivity().high
        wrong += found.specificity().low <= 0.7 <= found.specificity().high

    assert min(right, wrong) / rounds >= 0.93


def test_one_reply_of_two_variants_is_one_reply():
    labels = [
        LabelledReply(case=f"c{i}", variant=v, reply=f"r{i}", chance=1.0, judged=i % 2 == 0, labels={}, right=i % 3 > 0)
        for i in range(60)
        for v in ("old", "new")
    ]
    found = counts_of(labels)

    assert found.right + found.wrong <= 60
