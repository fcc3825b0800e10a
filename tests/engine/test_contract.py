"""What each clause of a contract catches, and what it lets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.types import Citations, Contract, Exit, Limits, MarkdownRules
from assay.engine.contract import Checker, response_schema
from assay.models.types import Reply

CHOICE = Contract(format="choice", choices=("billing", "bug"))
JSON = Contract(
    format="json",
    schema={"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]},
)


def reply(text: str, **more: object) -> Reply:
    return Reply(text=text, model="m", **more)


def clauses(contract: Contract, text: str, **inputs: object) -> list[str]:
    return [v.clause for v in Checker(contract).check(reply(text), inputs).violations]


@pytest.mark.parametrize(
    ("contract", "text", "broken"),
    [
        pytest.param(CHOICE, "bug", [], id="a-choice"),
        pytest.param(CHOICE, '"bug"', [], id="a-choice-as-json"),
        pytest.param(CHOICE, '{"choice": "bug"}', [], id="a-choice-in-an-object"),
        pytest.param(CHOICE, " bug\n", [], id="space-around-a-choice"),
        pytest.param(CHOICE, "Bug", ["choice"], id="case-matters"),
        pytest.param(CHOICE, "bug.", ["choice"], id="a-full-stop-is-not-part-of-it"),
        pytest.param(CHOICE, "", ["choice"], id="nothing"),
        pytest.param(JSON, '{"n": 1}', [], id="fits-the-schema"),
        pytest.param(JSON, '{"n": 0}', ["schema"], id="a-number-too-small"),
        pytest.param(JSON, "{}", ["schema"], id="a-key-missing"),
        pytest.param(JSON, '```json\n{"n": 1}\n```', ["json"], id="a-fence-is-not-json"),
        pytest.param(JSON, '{"n": 1} {"n": 2}', ["json"], id="two-values"),
        pytest.param(JSON, '{"n": NaN}', ["json"], id="nan-is-not-json"),
        pytest.param(Contract(limits=Limits(max_chars=3)), "abc", [], id="at-the-limit"),
        pytest.param(Contract(limits=Limits(max_chars=3)), "abcd", ["max_chars"], id="one-over"),
        pytest.param(Contract(limits=Limits(max_words=2)), "a b c", ["max_words"], id="a-word-too-many"),
    ],
)
def test_a_reply_is_held_to_its_format(contract: Contract, text: str, broken: list[str]) -> None:
    assert clauses(contract, text) == broken


@pytest.mark.parametrize(
    ("rules", "text", "broken"),
    [
        pytest.param(MarkdownRules(sections=("Steps",)), "# Steps\n1. x", [], id="the-section-is-there"),
        pytest.param(MarkdownRules(sections=("Steps",)), "Steps: x", ["sections"], id="a-word-is-no-heading"),
        pytest.param(MarkdownRules(max_heading_level=2), "### Deep", ["headings"], id="too-deep"),
        pytest.param(MarkdownRules(), "a <b>bold</b> word", ["html"], id="html"),
        pytest.param(MarkdownRules(), "3 < 4 and 5 > 4", [], id="a-comparison-is-no-html"),
        pytest.param(MarkdownRules(allow_links=False), "[x](http://a.example)", ["links"], id="a-link"),
    ],
)
def test_a_markdown_reply_is_held_to_its_rules(rules: MarkdownRules, text: str, broken: list[str]) -> None:
    assert clauses(Contract(format="markdown", markdown=rules), text) == broken


@pytest.mark.parametrize(
    ("text", "passages", "broken"),
    [
        pytest.param("So it is [2].", ["a", "b"], [], id="a-passage-that-is-there"),
        pytest.param("So it is [3].", ["a", "b"], ["citations"], id="one-that-is-not"),
        pytest.param("So it is.", ["a", "b"], ["citations"], id="none-at-all"),
        pytest.param("See [7].", "[7] the text", [], id="numbers-marked-in-a-text"),
        pytest.param("See [1].", "[7] the text", ["citations"], id="numbers-not-marked-there"),
    ],
)
def test_citations_point_at_passages(text: str, passages: object, broken: list[str]) -> None:
    contract = Contract(citations=Citations(source="passages"))

    assert clauses(contract, text, passages=passages) == broken


def test_a_way_out_is_not_a_violation() -> None:
    contract = Contract(format="choice", choices=("a", "b"), escalate=Exit(when="unsure", reply="HANDOVER…"))

    checked = Checker(contract).check(reply("HANDOVER to a person"), {})

    assert checked.valid
    assert checked.exit == "escalate"


def test_a_refusal_of_the_provider_is_a_violation_unless_refusing_is_allowed() -> None:
    refused = reply("", refusal="I cannot help with that.")

    assert [v.clause for v in Checker(CHOICE).check(refused, {}).violations] == ["refusal"]
    assert Checker(Contract(refuse=Exit(when="asked for medical advice"))).check(refused, {}).valid


def test_a_reply_that_was_cut_off_breaks_any_contract() -> None:
    found = Checker(Contract()).check(reply("half a sent", finish="length"), {})

    assert [v.clause for v in found.violations] == ["cut_off"]


@pytest.mark.parametrize(
    ("contract", "text", "value"),
    [
        pytest.param(JSON, '```json\n{"n": 1}\n```', {"n": 1}, id="a-fence-comes-off"),
        pytest.param(CHOICE, "Billing.", "billing", id="case-and-full-stop"),
        pytest.param(CHOICE, "**bug**", "bug", id="emphasis"),
        pytest.param(CHOICE, "bug or billing", None, id="two-choices-stay-broken"),
    ],
)
def test_repair_takes_off_only_what_surely_does_not_belong(contract: Contract, text: str, value: object) -> None:
    checked = Checker(contract).check(reply(text), {}, repair=True)

    assert checked.value == value
    assert checked.valid is (value is not None)
    assert checked.repaired is (value is not None)


def test_a_choice_asks_for_its_words_and_is_wrapped_where_only_objects_are_taken() -> None:
    assert response_schema(CHOICE, object_root=False) == {"type": "string", "enum": ["billing", "bug"]}
    wrapped = response_schema(CHOICE, object_root=True)
    assert wrapped is not None
    assert wrapped["type"] == "object"
    assert response_schema(Contract(format="choice", choices=("a", "b"), constrain=False), object_root=True) is None
    assert response_schema(Contract(format="json", schema={"type": "array"}), object_root=True) is None


@given(st.text())
def test_any_text_is_checked_without_an_exception(text: str) -> None:
    for contract in (CHOICE, JSON, Contract(format="markdown", markdown=MarkdownRules(sections=("A",)))):
        for repair in (False, True):
            checked = Checker(contract).check(reply(text), {}, repair=repair)
            assert checked.valid or checked.violations
