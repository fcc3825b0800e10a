"""The grader ``meteor``: a score against references, and the threshold."""

import pytest

from assay.core.errors import BadInput, GraderFailed

SCORE = 0.5


@pytest.mark.parametrize(("threshold", "passes"), [(0.0, True), (SCORE - 0.01, True), (SCORE + 0.01, False)])
async def test_the_score_passes_from_the_threshold_on(build, case, outcome, threshold, passes):
    verdict = await build("meteor", threshold=threshold)(case("a b c d"), outcome("d c b a"))

    assert verdict.score == pytest.approx(SCORE)
    assert verdict.passed is passes
    assert verdict.reason.startswith(f"METEOR is {SCORE:.4f}, ")


async def test_the_best_of_several_references_counts(build, case, outcome):
    verdict = await build("meteor", value=["z", "w x y z"])(case(), outcome("w x y z"))

    assert verdict.passed
    assert verdict.score > 0.98


@pytest.mark.parametrize("expected", [None, [], "", ["a", " "], {"a": 1}])
async def test_a_case_without_a_reference_is_an_error(build, case, outcome, expected):
    with pytest.raises(GraderFailed) as caught:
        await build("meteor")(case(expected), outcome("x"))

    assert caught.value.code == "grader.target_type"


def test_a_threshold_above_1_is_refused(build):
    with pytest.raises(BadInput):
        build("meteor", threshold=2)
