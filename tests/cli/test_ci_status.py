"""The exit status of `assay ci`: an error first, then what may not be let through."""

import pytest

from assay.cli.ci import Result, exit_status


@pytest.mark.parametrize(
    ("decisions", "fail_on", "status"),
    [
        (["pass"], "fail inconclusive invalid", 0),
        (["pass", "left out"], "fail inconclusive invalid", 0),
        (["inconclusive"], "fail inconclusive invalid", 3),
        (["inconclusive"], "fail invalid", 0),
        (["invalid"], "fail", 0),
        (["invalid", "fail"], "fail inconclusive invalid", 1),
        (["invalid", "fail"], "invalid", 3),
        (["fail"], "", 0),
        (["error", "fail"], "", 2),
    ],
)
def test_the_worst_that_may_not_be_let_through_decides(decisions, fail_on, status):
    results = [Result(suite="a", decision=decision, sentence="") for decision in decisions]

    assert exit_status(results, fail_on.split()) == status
