"""The grader ``gleu``: a score against references, and the threshold."""

import pytest

from assay.core.errors import BadInput, GraderFailed

SCORE = 1 / 3


@pytest.mark.parametrize(("threshold", "passes"), [(0.0, True), (SCORE - 0.01, True), (SCORE + 0.01, False)])
async def test_the_score_passes_from_the_threshold_on(build, case, outcome, threshold, passes):
    verdict = await build("gleu", threshold=threshold)(case("a c"), outcome("a b"))

    assert verdict.score == pytest.approx(SCORE)
    assert verdict.passed is passes
    assert verdict.reason.startswith(f"GLEU is {SCORE:.4f}, ")


async def test_the_best_of_several_references_counts(build, case, outcome):
    verdict = await build("gleu", value=["z", "w x y z"])(case(), outcome("w x y z"))

    assert verdict.passed
    assert verdict.score > 0.98


@pytest.mark.parametrize("expected", [None, [], "", ["a", " "], {"a": 1}])
async def test_a_case_without_a_reference_is_an_error(build, case, outcome, expected):
    with pytest.raises(GraderFailed) as caught:
        await build("gleu")(case(expected), outcome("x"))

    assert caught.value.code == "grader.target_type"


def test_a_threshold_above_1_is_refused(build):
    with pytest.raises(BadInput):
        build("gleu", threshold=2)
