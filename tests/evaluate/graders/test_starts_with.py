"""The grader ``starts-with``: how the reply begins."""

import pytest

from assay.core.errors import GraderFailed


@pytest.mark.parametrize(
    ("target", "passes"), [("Dear", True), ("dear", False), ("Dear Ms Ito, and more than there is", False), (7, False)]
)
async def test_the_first_characters_count(build, case, outcome, target, passes):
    verdict = await build("starts-with")(case(target), outcome("Dear Ms Ito"))

    assert (verdict.score, verdict.passed) == (float(passes), passes)


async def test_white_space_before_the_text_counts(build, case, outcome):
    verdict = await build("starts-with", value="Dear")(case(), outcome(" Dear"))

    assert verdict.reason == "starts with 'Dea', not with 'Dear'"


async def test_an_empty_text_is_an_error(build, case, outcome):
    with pytest.raises(GraderFailed):
        await build("starts-with")(case(""), outcome("x"))
