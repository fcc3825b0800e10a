"""The grader ``cost``: what the reply cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assay.core.errors import GraderFailed


@pytest.mark.parametrize(
    ("cost", "passes", "reason"),
    [
        ("0.001", True, "cost $0.001000"),
        ("0.0011", False, "cost $0.001100, more than $0.001"),
        ("0", True, "cost $0.000000"),
    ],
)
async def test_the_threshold_is_inclusive(build, case, outcome, cost, passes, reason):
    paid = replace(outcome("x"), cost_usd=Decimal(cost))

    verdict = await build("cost", threshold=0.001)(case(), paid)

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)


async def test_a_cost_that_is_unknown_is_an_error_and_no_pass(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("cost", threshold=1)(case(), outcome("x"))

    assert caught.value.code == "grader.no_cost"
