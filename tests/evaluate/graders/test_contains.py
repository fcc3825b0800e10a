"""The grader ``contains``: one text, or all, any or none of several."""

import pytest

from assay.core.errors import BadInput, GraderFailed

REPLY = "Your refund of 4.90 will arrive on Monday."


@pytest.mark.parametrize(
    ("target", "settings", "score", "passes"),
    [
        ("refund", {}, 1.0, True),
        ("Refund", {}, 0.0, False),
        ("REFUND", {"ignore_case": True}, 1.0, True),
        (4.9, {}, 1.0, True),
        (5, {}, 0.0, False),
        (["refund", "Monday"], {}, 1.0, True),
        (["refund", "Tuesday"], {}, 0.5, False),
        (["refund", "Tuesday"], {"match": "any"}, 1.0, True),
        (["Sunday", "Tuesday"], {"match": "any"}, 0.0, False),
        (["Sunday", "Tuesday"], {"match": "none"}, 1.0, True),
        (["refund", "Tuesday"], {"match": "none"}, 0.0, False),
    ],
)
async def test_texts_are_looked_for_in_the_reply(build, case, outcome, target, settings, score, passes):
    verdict = await build("contains", **settings)(case(target), outcome(REPLY))

    assert (verdict.score, verdict.passed) == (score, passes)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"value": "Tuesday"}, "does not contain 'Tuesday'"),
        ({"value": ["a", "b", "Q", "R", "S", "T"]}, "does not contain 'b', 'Q', 'R' and 2 more"),
        ({"value": ["refund"], "match": "none"}, "contains 'refund'"),
        ({"value": ["X" * 100], "match": "any"}, f"contains none of '{'X' * 39}…'"),
    ],
)
async def test_the_reason_names_what_is_lacking_or_too_much(build, case, outcome, settings, reason):
    assert (await build("contains", **settings)(case(), outcome(REPLY))).reason == reason


@pytest.mark.parametrize("match", ["all", "any", "none"])
@pytest.mark.parametrize("reply", [{"text": ""}, {"refusal": "no"}])
async def test_an_absent_reply_fails_whatever_is_looked_for(build, case, outcome, match, reply):
    verdict = await build("contains", match=match)(case("refund"), outcome(**reply))

    assert (verdict.score, verdict.passed) == (0.0, False)


@pytest.mark.parametrize("target", [None, True, {}, {"a": 1}, [], [[1]], "", ["a", ""]])
async def test_a_target_that_is_no_text_is_an_error(build, case, outcome, target):
    with pytest.raises(GraderFailed) as caught:
        await build("contains")(case(target), outcome(REPLY))

    assert caught.value.code == "grader.target_type"


async def test_a_case_without_a_target_is_an_error(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("contains")(case(), outcome(REPLY))

    assert caught.value.code == "grader.no_target"


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"match": "some"}, "write one of all, any, none"),
        ({"value": 3}, "write text or a list of texts"),
        ({"value": [3]}, "write text or a list of texts"),
        ({"value": {}}, "write text or a list of texts"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_refused(build, settings, hint):
    with pytest.raises(BadInput) as caught:
        build("contains", **settings)

    assert caught.value.hint == hint
