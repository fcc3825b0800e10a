"""The grader ``factuality``: a category, and what the suite says that it is worth."""

import pytest

from assay.core.errors import BadInput, GraderFailed


@pytest.mark.parametrize(
    ("reply", "settings", "score", "passes"),
    [
        ("(B) it is a superset", {}, 1.0, True),
        ("(D) it disagrees", {}, 0.0, False),
        ('{"category": "C", "reason": "same"}', {}, 1.0, True),
        ('{"category": " (d) ", "reason": "no"}', {}, 0.0, False),
        ("I choose e) since it does not matter", {}, 1.0, True),
        ("(B) superset", {"scores": {"superset": 0.4}}, 0.4, True),
        ("(A) subset", {"scores": {"subset": 0}}, 0.0, False),
        ("(E)", {"scores": {"differButFactual": 0.5}}, 0.5, True),
        ("(E)", {"scores": {"differ-but-factual": 0.0}}, 0.0, False),
    ],
)
async def test_the_category_decides(court, case, outcome, reply, settings, score, passes):
    async with court(reply) as sitting:
        verdict = await sitting.build("factuality", value="Paris", **settings)(case(), outcome("It is Paris"))

    assert (verdict.score, verdict.passed) == (score, passes)


async def test_the_reason_names_the_category(court, case, outcome):
    async with court('{"category": "D", "reason": "Lyon is not Paris"}') as sitting:
        verdict = await sitting.build("factuality")(case("Paris"), outcome("Lyon"))

    assert verdict.reason == "disagree: Lyon is not Paris"
    assert verdict.detail["category"] == "D"


@pytest.mark.parametrize("reply", ["", "It is right.", '{"category": "F"}', '{"category": "right"}'])
async def test_a_reply_without_a_category_is_an_error(court, case, outcome, reply):
    async with court(reply) as sitting:
        with pytest.raises(GraderFailed) as caught:
            await sitting.build("factuality", value="Paris")(case(), outcome("Paris"))

    assert caught.value.code == "judge.unreadable"


@pytest.mark.parametrize("scores", [{"supreset": 1.0}, {"superset": 2.0}])
def test_a_category_or_a_score_that_is_none_is_refused(build, scores):
    with pytest.raises(BadInput):
        build("factuality", value="x", scores=scores)
