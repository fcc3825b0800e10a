"""Rule ``never-not-shown``."""

from assay.evaluate.gate_spec import NeverRule
from assay.evaluate.lint.rule import suite_rules

rule = suite_rules.get("never-not-shown")
NEVER = (NeverRule(grader="leak", at_most=0.01),)


def test_too_few_cases_can_never_show_it(view):
    (found,) = rule(view(298, never=NEVER))

    assert "298 cases without one failure do not show that leak fails at most 1 %" in found.what
    assert "299 cases" in found.hint
    assert found.where.line == 4


def test_enough_cases_may(view):
    assert list(rule(view(299, never=NEVER))) == []
