"""The pages of the rules for suites are what their modules say."""

from pathlib import Path

import pytest

from assay.author.lint.page import SECTIONS
from assay.evaluate.lint.page import pages, told
from assay.evaluate.lint.rule import suite_rules

FOLDER = Path(__file__).parents[3] / "docs/reference/suite-lint"


@pytest.mark.parametrize("name", pages())
def test_the_committed_page_is_what_the_code_says(name):
    assert (FOLDER / name).read_text("utf-8") == pages()[name]


@pytest.mark.parametrize("name", suite_rules.names())
def test_a_rule_says_all_that_its_page_has(name):
    assert tuple(told(name).sections) == SECTIONS


def test_other_rules_are_told_as_well():
    assert told("suite-unreadable").level == "error"
    assert told("high-temperature").summary.startswith("A strict format")
