"""The grader ``choice``: which option the reply chose, and whether it chose one at all."""

import pytest

from assay.author.types import Contract
from assay.core.errors import BadInput, GraderFailed

TEAMS = ["billing", "technical", "account"]
CONTRACT = Contract(format="choice", choices=tuple(TEAMS))
LENIENT = {"ignore_case": True, "ignore_punctuation": True}


@pytest.mark.parametrize(
    ("reply", "settings", "passes", "reason"),
    [
        ("billing", {}, True, "chose 'billing'"),
        (" billing\n", {}, True, "chose 'billing'"),
        ("technical", {}, False, "chose 'technical' instead of 'billing'"),
        ("Billing", {}, False, "'Billing' is not one of billing, technical, account"),
        ("Billing", {"ignore_case": True}, True, "chose 'billing'"),
        ("**billing.**", {}, False, "'**billing.**' is not one of billing, technical, account"),
        ("**billing.**", {"ignore_punctuation": True}, True, "chose 'billing'"),
        ('"Billing!"', LENIENT, True, "chose 'billing'"),
        ("The team is billing", LENIENT, False, "'The team is billing' is not one of billing, technical, account"),
        ("billing technical", LENIENT, False, "'billing technical' is not one of billing, technical, account"),
        ("...", LENIENT, False, "'...' is not one of billing, technical, account"),
    ],
)
@pytest.mark.parametrize("contract", [None, CONTRACT], ids=["choices of its own", "choices of the contract"])
async def test_the_reply_is_one_of_the_options_and_the_right_one(
    build, case, outcome, contract, reply, settings, passes, reason
):
    grade = build("choice", **settings, **({} if contract else {"choices": TEAMS}))

    verdict = await grade(case("billing"), outcome(reply, contract=contract))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
    assert verdict.reason == reason


async def test_a_choice_that_was_decoded_as_json_counts(build, case, outcome):
    grade = build("choice")

    assert (await grade(case("billing"), outcome('{"choice": "billing"}', contract=CONTRACT))).passed
    assert (await grade(case("billing"), outcome('"billing"', contract=CONTRACT))).passed


async def test_without_options_anything_else_is_simply_another_choice(build, case, outcome):
    verdict = await build("choice")(case("billing"), outcome("x" * 500))

    assert verdict.reason == f"chose '{'x' * 79}…' instead of 'billing'"


@pytest.mark.parametrize("reply", [{"text": " "}, {"refusal": "no"}])
async def test_an_absent_reply_is_a_fail(build, case, outcome, reply):
    assert not (await build("choice", choices=TEAMS)(case("billing"), outcome(**reply))).passed


@pytest.mark.parametrize(
    ("target", "code"),
    [("sales", "grader.target"), (["billing"], "grader.target_type"), (None, "grader.target_type")],
)
async def test_a_target_that_is_no_option_is_an_error(build, case, outcome, target, code):
    with pytest.raises(GraderFailed) as caught:
        await build("choice", choices=TEAMS)(case(target), outcome("billing"))

    assert caught.value.code == code


def test_one_option_is_no_choice(build):
    with pytest.raises(BadInput) as caught:
        build("choice", choices=["a", "A"], ignore_case=True)

    assert caught.value.where.line == 8
