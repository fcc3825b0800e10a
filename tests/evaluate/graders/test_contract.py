"""The grader ``contract``: what the engine found when it held the reply to the contract."""

import pytest

from assay.author.types import Contract, Exit, Limits
from assay.engine.contract import clauses

CHOICE = Contract(format="choice", choices=("billing", "technical"))
SCHEMA = Contract(
    format="json", schema={"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}}}
)
EXITS = Contract(format="choice", choices=("a", "b"), ask=Exit(when="unclear", reply="Which one?…"))


@pytest.mark.parametrize(
    ("reply", "contract", "passes", "reason"),
    [
        ({"text": "anything"}, None, True, "keeps the contract"),
        ({"text": "billing"}, CHOICE, True, "keeps the contract"),
        ({"text": "sales"}, CHOICE, False, "breaks 'choice': not one of billing, technical"),
        ({"text": "Billing.", "repair": True}, CHOICE, True, "keeps the contract after repair"),
        ({"text": "{"}, SCHEMA, False, "breaks 'json': not JSON: Input data was truncated"),
        ({"text": '{"a": 1}'}, SCHEMA, False, "breaks 'schema': "),
        ({"text": "one two three"}, Contract(limits=Limits(max_words=2)), False, "breaks 'max_words': 3 words"),
        ({"text": "half", "finish": "length"}, Contract(), False, "breaks 'cut_off': "),
        ({"text": "Which one? The first?"}, EXITS, True, "asked back, as the contract allows"),
        ({"text": ""}, None, False, "the reply is empty"),
        ({"text": " "}, Contract(), False, "the reply is empty"),
        ({"refusal": "no"}, None, False, "the model refused to answer"),
        ({"refusal": "no"}, CHOICE, False, "breaks 'refusal': the model refused to answer"),
        ({"refusal": "no"}, Contract(refuse=Exit(when="hostile")), True, "refused, as the contract allows"),
        (
            {"text": "sales", "fallback": "billing"},
            CHOICE,
            True,
            "the contract's fallback answered in place of the model",
        ),
    ],
)
async def test_the_verdict_is_that_of_the_contract(build, case, outcome, reply, contract, passes, reason):
    verdict = await build("contract")(case(), outcome(**reply, contract=contract))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
    assert verdict.reason.startswith(reason)


async def test_of_several_violations_the_first_is_named_and_the_others_counted(build, case, outcome):
    verdict = await build("contract")(case(), outcome('{"a": 1}', contract=SCHEMA))

    assert verdict.reason.endswith(", and 1 more")


async def test_a_violation_that_repeats_much_of_the_reply_is_cut(build, case, outcome):
    long = '{"a": ["' + "x" * 1000 + '"], "b": 1}'

    verdict = await build("contract")(case(), outcome(long, contract=SCHEMA))

    assert len(verdict.reason) < 200


@pytest.mark.parametrize(
    ("reply", "contract", "broken"),
    [
        ({"text": '{"a": "x", "b": 1}'}, SCHEMA, set()),
        ({"text": '{"a": 1}'}, SCHEMA, {"schema"}),
        ({"text": "{"}, SCHEMA, {"json", "schema"}),
        ({"text": "sales"}, CHOICE, {"choice"}),
        ({"text": ""}, CHOICE, {"answered", "choice"}),
        ({"refusal": "no"}, CHOICE, {"answered"}),
        ({"refusal": "no"}, Contract(refuse=Exit(when="hostile")), set()),
        ({"text": ""}, None, {"answered"}),
        ({"text": "half of it", "finish": "length"}, Contract(limits=Limits(max_words=2)), {"cut_off", "max_words"}),
        ({"text": "Which one?"}, EXITS, set()),
        ({"text": "sales", "fallback": "billing"}, CHOICE, set()),
    ],
)
async def test_one_clause_fails_by_itself(build, case, outcome, reply, contract, broken):
    names = ["answered", *(name for name in clauses(contract) if name != "refusal")]
    found = {name: await build("contract", clause=name)(case(), outcome(**reply, contract=contract)) for name in names}

    assert {name for name, verdict in found.items() if not verdict.passed} == broken
    whole = await build("contract")(case(), outcome(**reply, contract=contract))
    assert whole.passed is (not broken)


async def test_the_reason_of_a_clause_is_its_own(build, case, outcome):
    verdict = await build("contract", clause="schema")(case(), outcome('{"a": 1}', contract=SCHEMA))

    assert verdict.reason.endswith(", and 1 more")
    assert not verdict.reason.startswith("breaks")
