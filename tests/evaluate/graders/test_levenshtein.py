"""The grader ``levenshtein``: how many characters must be changed."""

import pytest

from assay.core.errors import BadInput, GraderFailed


@pytest.mark.parametrize(
    ("target", "settings", "passes", "reason"),
    [
        ("sitting", {"threshold": 3}, True, "3 edits away from the target"),
        ("sitting", {"threshold": 2}, False, "3 edits away from the target, more than 2"),
        ("kitchen", {}, True, "2 edits away from the target"),
        ("mitten", {"threshold": 0}, False, "1 edit away from the target, more than 0"),
        ("kitten", {"threshold": 0}, True, "0 edits away from the target"),
    ],
)
async def test_at_most_the_threshold_passes(build, case, outcome, target, settings, passes, reason):
    verdict = await build("levenshtein", **settings)(case(target), outcome("kitten"))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)


@pytest.mark.parametrize(
    ("change", "passes"), [(lambda t: "x" + t[1:], True), (lambda t: t[::-1], False), (lambda t: t + "xxxxxx", False)]
)
async def test_long_texts_are_compared_up_to_the_threshold(build, case, outcome, change, passes):
    text = "the cat sat on the mat " * 4_000

    verdict = await build("levenshtein")(case(change(text)), outcome(text))

    assert verdict.passed is passes
    assert passes or verdict.reason == "more than 5 edits away from the target"


async def test_texts_that_would_take_minutes_are_an_error(build, case, outcome):
    text = "ab" * 50_000

    with pytest.raises(GraderFailed) as caught:
        await build("levenshtein", threshold=1_000)(case(text[::-1]), outcome(text))

    assert caught.value.code == "grader.too_long"


def test_a_threshold_below_zero_is_refused(build):
    with pytest.raises(BadInput) as caught:
        build("levenshtein", threshold=-1)

    assert caught.value.code == "grader.wrong_type"
