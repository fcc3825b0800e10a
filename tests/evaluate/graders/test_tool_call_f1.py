"""The grader ``tool-call-f1``: precision and recall of the tools that were called, as sets."""

import pytest

from assay.core.errors import BadInput, GraderFailed


@pytest.mark.parametrize(
    ("wanted", "called", "f1"),
    [
        (["a", "b"], ["a", "b", "a"], 1.0),
        (["a", "b"], ["a"], 2 / 3),
        (["a"], ["a", "b", "c"], 0.5),
        ("a, b", ["b", "a"], 1.0),
        (["a"], ["b"], 0.0),
        (["a"], [], 0.0),
    ],
)
async def test_the_score_is_the_harmonic_mean(build, case, acted, wanted, called, f1):
    verdict = await build("tool-call-f1", value=wanted)(case(), acted(*((name, {}) for name in called)))

    assert verdict.score == pytest.approx(f1)
    assert verdict.passed is (f1 == 1)


async def test_a_threshold_lets_a_part_pass_and_both_halves_are_scores(build, case, acted):
    verdict = await build("tool-call-f1", threshold=0.6)(case(["a", "b"]), acted(("a", {})))

    assert verdict.passed
    assert verdict.detail == {"precision": 1.0, "recall": 0.5}
    assert verdict.reason.endswith("wanted a, b; called a")


async def test_names_that_are_none_are_an_error(build, case, acted):
    with pytest.raises(BadInput):
        build("tool-call-f1", value=[])
    with pytest.raises(GraderFailed):
        await build("tool-call-f1")(case({"a": 1}), acted(("a", {})))
