"""Rule ``calibration-not-valid``."""

from dataclasses import replace

from assay.evaluate.lint.rule import suite_rules

rule = suite_rules.get("calibration-not-valid")


def test_a_calibration_that_does_not_hold_is_an_error(view):
    (found,) = rule(replace(view(100), unfit=((0, "the calibration facts expired on 2026-01-01"),)))

    assert found.level == "error"
    assert found.what == "the calibration facts expired on 2026-01-01"
    assert "'assay judge sample') and calibrate anew" in found.hint


def test_one_that_holds_is_not(view):
    assert list(rule(view(100))) == []
