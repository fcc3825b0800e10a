"""The grader ``rouge-n``: a score against references, and the threshold."""

import pytest

from assay.core.errors import BadInput, GraderFailed


@pytest.mark.parametrize(
    ("settings", "score", "passes"),
    [({}, 5 / 6, True), ({"threshold": 0.9}, 5 / 6, False), ({"n": 2}, 3 / 5, False)],
)
async def test_the_score_passes_from_the_threshold_on(build, case, outcome, settings, score, passes):
    verdict = await build("rouge-n", **settings)(case("The cat is on the mat"), outcome("The cat sat on the mat"))

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is passes
    assert verdict.reason.startswith(f"ROUGE-{settings.get('n', 1)} is {score:.4f}, ")


async def test_the_best_of_several_references_counts(build, case, outcome):
    assert (await build("rouge-n", value=["z", "a b"])(case(), outcome("a b"))).score == 1


async def test_a_case_without_a_reference_is_an_error(build, case, outcome):
    with pytest.raises(GraderFailed):
        await build("rouge-n")(case(["a", ""]), outcome("x"))


def test_n_grams_of_no_words_are_refused(build):
    with pytest.raises(BadInput):
        build("rouge-n", n=0)
