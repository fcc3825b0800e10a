"""Rule ``margin-not-visible``."""

from assay.evaluate.lint.rule import suite_rules

rule = suite_rules.get("margin-not-visible")


def test_too_few_cases_for_the_margin_are_told_with_their_number(view):
    (found,) = rule(view(100))

    assert found.level == "warning"
    assert "a loss of 5 points in pass" in found.what
    assert "100 cases can see none below" in found.what
    assert "about 274 in all" in found.hint
    assert found.where.line == 3


def test_enough_cases_are_not(view):
    assert list(rule(view(274))) == []


def test_the_less_varies_the_fewer_cases_it_takes(view):
    assert list(rule(view(180, flips=0.05))) == []


def test_a_single_case_sees_nothing(view):
    (found,) = rule(view(1))

    assert "1 case can see no loss at all: a candidate" in found.what
