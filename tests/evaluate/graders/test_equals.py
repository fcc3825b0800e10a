"""The grader ``equals``: text with text, JSON with JSON, and the first difference named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.types import Contract
from assay.core.errors import BadInput, GraderFailed
from assay.evaluate.graders.equals import first_difference

JSON = Contract(format="json")
CHOICE = Contract(format="choice", choices=("billing", "technical"))
LONG = "Dear customer, thank you for your message. We have looked into it and found nothing that we could do. Yours, us"


@pytest.mark.parametrize(
    ("target", "reply", "settings", "passes"),
    [
        ("billing", "billing", {}, True),
        ("billing", " billing\n", {}, True),
        (" billing", "billing ", {}, True),
        ("billing", " billing", {"trim": False}, False),
        ("billing", "Billing", {}, False),
        ("Straße", "STRASSE", {"ignore_case": True}, True),
        ("billing", "technical", {}, False),
        ("42", "42", {}, True),
        (42, "42", {}, True),
        (42, "42.0", {}, True),
        (42, "43", {}, False),
        (42, "forty-two", {}, False),
        (True, "true", {}, True),
        (True, "1", {}, False),
        (1, "true", {}, False),
        (None, "null", {}, True),
        ([1, 2], "[1, 2]", {}, True),
        ([1, 2], "[2, 1]", {}, False),
        ([1, 2], "[1, 2, 3]", {}, False),
        ({"a": 1, "b": [True]}, '{"b": [true], "a": 1.0}', {}, True),
        ({"a": 1}, '{"a": 1, "b": 2}', {}, False),
        ({"a": 1, "b": 2}, '{"a": 1}', {}, False),
        ({"a": "X "}, '{"a": "x"}', {"ignore_case": True}, True),
        ({"a": "x "}, '{"a": "x"}', {"trim": False}, False),
        ({"a": 1}, "not json", {}, False),
    ],
)
async def test_text_is_compared_with_text_and_json_with_json(build, case, outcome, target, reply, settings, passes):
    verdict = await build("equals", **settings)(case(target), outcome(reply))

    assert verdict.passed is passes
    assert verdict.score == float(passes)


@pytest.mark.parametrize(
    ("target", "reply", "contract", "passes"),
    [
        ({"a": 1}, '{"a": 1}', JSON, True),
        ("billing", '"billing"', JSON, True),
        ("billing", '{"choice": "billing"}', CHOICE, True),
        ("billing", "billing.", CHOICE, False),
    ],
)
async def test_the_value_is_the_one_that_the_contract_has_read(build, case, outcome, target, reply, contract, passes):
    assert (await build("equals")(case(target), outcome(reply, contract=contract))).passed is passes


@pytest.mark.parametrize(
    ("target", "reply", "reason"),
    [
        ("billing", "technical", "'technical' is not 'billing'"),
        ({"a": [{"n": 1}]}, '{"a": [{"n": 2}]}', "a[0].n is 2, and the target 1"),
        ({"a": 1}, "{}", "a is missing"),
        ({}, '{"a": 1}', "'a' is not in the target"),
        ([1], "[]", "the list has 0 items, and the target 1"),
        ({"a": [1]}, '{"a": 1}', "a is 1, and the target a list"),
        ([1], "no", "'no' is not JSON, and the target is a list"),
        (LONG, LONG.replace("nothing", "something"), "differs from the target from character 77 on: 'something that"),
    ],
)
async def test_the_reason_names_the_first_difference(build, case, outcome, target, reply, reason):
    verdict = await build("equals")(case(target), outcome(reply))

    assert verdict.reason.startswith(reason)
    assert len(verdict.reason) < 200


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"text": ""}, "the reply is empty"),
        ({"text": " \n "}, "the reply is empty"),
        ({"text": "", "refusal": "I cannot help with that"}, "the model refused to answer"),
    ],
)
async def test_an_absent_reply_is_a_fail_and_not_an_error(build, case, outcome, reply, reason):
    verdict = await build("equals")(case("billing"), outcome(**reply))

    assert (verdict.score, verdict.passed, verdict.reason) == (0.0, False, reason)


async def test_a_fallback_is_graded_like_a_reply(build, case, outcome):
    assert (await build("equals")(case("billing"), outcome("", refusal="no", fallback="billing"))).passed


@pytest.mark.parametrize(
    ("settings", "given", "passes"),
    [
        ({"target": "expected.intent"}, {"expected": {"intent": "hi"}}, True),
        ({"target": "expected.list.1"}, {"expected": {"list": ["no", "hi"]}}, True),
        ({"target": "inputs.greeting"}, {"inputs": {"greeting": "hi"}}, True),
        ({"target": "inputs.a.b"}, {"inputs": {"a.b": "hi"}}, True),
        ({"target": "tags.word"}, {"tags": {"word": "ho"}}, False),
        ({"value": "hi"}, {}, True),
        ({"value": None}, {"expected": "hi"}, False),
    ],
)
async def test_the_target_is_a_path_in_the_case_or_a_value_for_all(build, case, outcome, settings, given, passes):
    assert (await build("equals", **settings)(case(**given), outcome("hi"))).passed is passes


@pytest.mark.parametrize("target", ["expected", "expected.intent", "inputs.x", "tags.x"])
async def test_a_case_without_the_target_is_an_error_and_not_a_fail(build, case, outcome, target):
    with pytest.raises(GraderFailed) as caught:
        await build("equals", target=target)(case(inputs={"y": 1}), outcome("hi"))

    assert caught.value.code == "grader.no_target"
    assert caught.value.what == f"the case 'c-1' has no {target!r}"
    assert str(caught.value.where) == "d.jsonl:3"


@pytest.mark.parametrize(
    ("settings", "what", "hint", "line"),
    [
        ({"ignorecase": True}, "the grader 'equals' has no setting 'ignorecase'", "did you mean 'ignore_case'?", 8),
        ({"trim": "yes"}, "'trim' of the grader 'equals' is 'yes'", "write true or false", 8),
        ({"trim": True, "target": 3}, "'target' of the grader 'equals' is 3", "write text", 9),
        ({"target": "expect"}, "the target 'expect' names no part of a case", "did you mean 'expected'?", 8),
        ({"target": "expected", "value": 1}, "has both a target and a value", "keep one", 9),
        ({"bench": 1}, "has no setting 'bench'", "", 8),
    ],
)
def test_a_setting_that_it_does_not_take_is_refused_with_its_place(build, settings, what, hint, line):
    with pytest.raises(BadInput) as caught:
        build("equals", **settings)

    assert what in caught.value.what
    assert hint in caught.value.hint
    assert (caught.value.where.file, caught.value.where.line) == ("suite.yaml", line)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 0.5, 1.0]) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=6,
)


def canonical(value: object) -> str:
    """JSON with every number as a float, so that 1 and 1.0 are one and true is another."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)


@given(values, values)
def test_two_values_differ_exactly_when_their_json_does(one, other):
    assert (first_difference(one, other, ()) is None) is (canonical(one) == canonical(other))


@pytest.mark.parametrize(
    ("target", "reply", "passes"),
    [
        ("yes", "yes", True),
        ("yes", " yes", False),
        (42, "42", True),
        (42, "42.0", False),
        (42, " 42", False),
        (42.0, "42", True),
        (1.5, "1.5", True),
        (True, "true", True),
        (True, "True", False),
        ({"a": " x"}, '{"a": " x"}', True),
        ({"a": " x"}, '{"a": "x"}', False),
        (None, "null", True),
    ],
)
async def test_an_exact_comparison_trims_nothing_and_takes_numbers_as_they_are_written(
    build, case, outcome, target, reply, passes
):
    assert (await build("equals", exact=True)(case(target), outcome(reply))).passed is passes
