"""From labels to a calibration, on a run whose truth is known."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from assay.core.errors import BadInput
from assay.evaluate.calibration.draw import draw_cases
from assay.evaluate.calibration.file import expired, read_calibration, write_calibration
from assay.evaluate.calibration.measure import About, calibrate
from assay.evaluate.calibration.sheet import make_sheet
from assay.evaluate.calibration.types import Draw, Judged, JudgedCase

ABOUT = About(name="kind", suite="s", datasets={"d": "sha256:1"}, made_utc="2026-11-01T00:00:00Z", expires_utc=None)
DRAW = Draw(run="r", grader="kind", cases=200, seed=3)


def run_of(n: int, *, sensitivity: float, specificity: float, seed: int = 0) -> list[JudgedCase]:
    """Cases of which 70 % are right; the reply says which, and the judge errs as it is told to."""
    rng = np.random.default_rng(seed)
    cases = []
    for number in range(n):
        right = rng.random() < 0.7
        passed = bool(rng.random() < (sensitivity if right else 1 - specificity))
        judged = Judged(f"{'right' if right else 'wrong'} {number}", f"sha256:{number}", passed, True, "sha256:judge")
        cases.append(JudgedCase(f"c{number}", None, {"q": number}, None, {"v": judged}))
    return cases


def labelled(cases, *, raters=("maria",), slips=0.0, draw=DRAW):
    sheet = make_sheet(draw, draw_cases(cases, draw.cases, seed=draw.seed))
    rng = np.random.default_rng(9)
    for row in sheet.rows:
        truth = row.reply.startswith("right")
        row.labels = {rater: "pass" if truth != (rng.random() < slips) else "fail" for rater in raters}
    return sheet


CASES = run_of(1500, sensitivity=0.9, specificity=0.6)


def test_it_finds_how_the_judge_errs_and_what_is_true():
    found = calibrate(CASES, labelled(CASES), ABOUT).pooled
    truth = np.mean([case.replies["v"].text.startswith("right") for case in CASES])

    assert found.sensitivity.low < 0.9 < found.sensitivity.high
    assert found.specificity.low < 0.6 < found.specificity.high
    assert found.judged.low > truth  # the judge is too kind, and its interval misses
    assert found.rogan_gladen.low < truth < found.rogan_gladen.high
    assert found.ppi.low < truth < found.ppi.high
    assert found.ppi.high - found.ppi.low <= found.labels_alone.high - found.labels_alone.low + 1e-9


def test_one_person_gives_no_ceiling_and_two_do():
    alone = calibrate(CASES, labelled(CASES), ABOUT)
    both = calibrate(CASES, labelled(CASES, raters=("maria", "tom"), slips=0.1), ABOUT)

    assert alone.among_people is None
    assert both.raters == ["maria", "tom"]
    assert both.among_people.raw.value == pytest.approx(0.82, abs=0.08)
    assert both.among_people.kappa.low < both.among_people.kappa.value < both.among_people.kappa.high
    assert any(label.right is None for label in both.labels)


def test_a_judge_that_guesses_has_no_corrected_rate():
    cases = run_of(600, sensitivity=0.5, specificity=0.45, seed=5)
    found = calibrate(cases, labelled(cases), ABOUT).pooled

    assert found.rogan_gladen.value is None
    assert found.ppi.value is not None


def test_a_sheet_filled_in_to_the_half_still_stands_for_the_run():
    sheet = labelled(CASES)
    for row in sheet.rows[::2]:
        row.labels = {}
    found = calibrate(CASES, sheet, ABOUT)

    assert sum(1 / label.chance for label in found.labels) == pytest.approx(1500, rel=0.02)
    assert found.pooled.ppi.low < 0.7 < found.pooled.ppi.high


def test_the_file_gives_back_what_it_was_given_and_the_same_bytes():
    found = calibrate(CASES, labelled(CASES), ABOUT)
    data = write_calibration(found)

    assert read_calibration(data, "kind.json") == found
    assert write_calibration(calibrate(CASES, labelled(CASES), ABOUT)) == data


def test_it_holds_for_that_judge_and_until_that_day():
    found = msgspec.structs.replace(calibrate(CASES, labelled(CASES), ABOUT), expires_utc="2026-12-01T00:00:00Z")

    assert expired(found, "sha256:judge", "2026-11-30T23:59:59Z") is None
    assert "its prompt, its model, how that is sampled" in expired(found, "sha256:other", "2026-11-30T00:00:00Z")
    assert "expired on 2026-12-01" in expired(found, "sha256:judge", "2026-12-01T00:00:00Z")


def test_too_few_labels_are_refused():
    sheet = labelled(CASES)
    for row in sheet.rows[9:]:
        row.labels = {}

    with pytest.raises(BadInput, match="9 replies have a label"):
        calibrate(CASES, sheet, ABOUT)


def test_a_sheet_of_another_run_is_refused():
    sheet = labelled(CASES)
    sheet.rows[0] = replace(sheet.rows[0], key="0" * 16)

    with pytest.raises(BadInput, match="are not of the cases that were drawn"):
        calibrate(CASES, sheet, ABOUT)


def test_two_judges_in_one_run_are_refused():
    other = replace(CASES[0].replies["v"], identity="sha256:other")
    cases = [replace(CASES[0], replies={"v": other}), *CASES[1:]]

    with pytest.raises(BadInput, match="2 different judges"):
        calibrate(cases, labelled(cases), ABOUT)


@pytest.mark.parametrize(("data", "what"), [(b"{}", "is not a calibration"), (b"[", "is not a calibration")])
def test_what_is_no_calibration_is_refused(data, what):
    with pytest.raises(BadInput, match=what):
        read_calibration(data, "kind.json")
