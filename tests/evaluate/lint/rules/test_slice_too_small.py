"""Rule ``slice-too-small``."""

from dataclasses import replace

from assay.evaluate.gate_spec import SliceRule
from assay.evaluate.lint.rule import suite_rules

rule = suite_rules.get("slice-too-small")
SLICES = SliceRule(tags=("topic",), margin=0.1)


def sliced(view, values):
    made = view(1000, slices={"topic": values})
    return replace(made, suite=replace(made.suite, gate=replace(made.suite.gate, slices=SLICES)))


def test_small_slices_are_named_the_smallest_first(view):
    (found,) = rule(sliced(view, {"billing": 900, "bug": 60, "other": 40}))

    assert found.level == "note"
    assert "2 of 3 slices" in found.what
    assert "topic=other (40), topic=bug (60)" in found.what


def test_large_ones_are_not(view):
    assert list(rule(sliced(view, {"billing": 900, "bug": 900}))) == []
