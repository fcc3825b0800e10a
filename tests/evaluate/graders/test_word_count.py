"""The grader ``word-count``: how many words the reply has."""

import pytest

from assay.core.errors import BadInput, GraderFailed

FOUR = "one two three  four, "


@pytest.mark.parametrize(
    ("value", "passes", "reason"),
    [
        (4, True, "has 4 words"),
        ("4", True, "has 4 words"),
        (5, False, "has 4 words, not 5"),
        ({"min": 2, "max": 4}, True, "has 4 words"),
        ({"min": 5}, False, "has 4 words, fewer than 5"),
        ({"max": 3}, False, "has 4 words, more than 3"),
        ({"max": 4}, True, "has 4 words"),
    ],
)
async def test_words_are_counted(build, case, outcome, value, passes, reason):
    verdict = await build("word-count", value=value)(case(), outcome(FOUR))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)


async def test_the_number_may_come_from_the_case(build, case, outcome):
    grade = build("word-count", target="expected.words")

    assert (await grade(case({"words": 4}), outcome(FOUR))).passed
    assert (await grade(case({"words": {"max": 9}}), outcome(FOUR))).passed


@pytest.mark.parametrize("expected", ["many", None, {}, {"most": 3}, {"min": 4, "max": 2}, {"min": "a"}, [4], True])
async def test_a_case_that_gives_no_number_is_an_error(build, case, outcome, expected):
    with pytest.raises(GraderFailed) as caught:
        await build("word-count")(case(expected), outcome(FOUR))

    assert caught.value.code == "grader.target_type"


@pytest.mark.parametrize("value", ["many", {}, {"most": 3}, {"min": 4, "max": 2}])
def test_a_value_that_is_no_number_is_refused_before_the_run(build, value):
    with pytest.raises(BadInput) as caught:
        build("word-count", value=value)

    assert caught.value.code == "grader.value"
    assert caught.value.where.line == 8
