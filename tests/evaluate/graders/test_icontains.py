"""The grader ``icontains``: a text, whatever its case."""

import pytest

from assay.core.errors import GraderFailed


@pytest.mark.parametrize(
    ("target", "passes"), [("REFUND", True), ("straße", True), ("a, b", False), (4.9, True), ("refunds", False)]
)
async def test_upper_and_lower_case_are_the_same(build, case, outcome, target, passes):
    verdict = await build("icontains")(case(target), outcome("Your Refund of 4.9, STRAßE"))

    assert (verdict.score, verdict.passed) == (float(passes), passes)


async def test_an_empty_text_is_an_error(build, case, outcome):
    with pytest.raises(GraderFailed):
        await build("icontains", value="")(case(), outcome("x"))
