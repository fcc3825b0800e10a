"""Values are checked against the inputs before anything is rendered."""

import pytest

from assay.author.values import Values
from assay.core.errors import BadInput
from assay.testing.memory_tree import prompt_of

INPUTS = """
  ticket: {type: string, max_chars: 10}
  tone?: string
  limit: {type: integer, minimum: 1, default: 3}
  none: {type: ["string", "null"], default: null}
  docs?: {type: array, items: {type: string}, max_chars: 12}
  any?: any
"""


@pytest.fixture
def values() -> Values:
    return Values(prompt_of(f"---\nprompt: a.b\ninputs:{INPUTS}---\nuser:\nx\n"))


def test_what_is_left_out_gets_its_default_or_none(values: Values) -> None:
    assert values.complete({"ticket": "x"}) == {
        "ticket": "x", "tone": None, "limit": 3, "none": None, "docs": None, "any": None,
    }  # fmt: skip


def test_none_may_be_given_where_a_value_may_be_left_out(values: Values) -> None:
    assert values.complete({"ticket": "x", "tone": None, "any": None})["tone"] is None


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        pytest.param({}, "inputs.missing", "the input 'ticket' of a.b has no value", id="missing"),
        pytest.param({"ticket": None}, "inputs.schema", "does not fit its schema", id="none-for-a-required-one"),
        pytest.param({"ticket": "x", "tone": 5}, "inputs.schema", "'tone' of a.b does not fit", id="wrong-type"),
        pytest.param({"ticket": "x", "limit": 0}, "inputs.schema", "'limit'", id="out-of-range"),
        pytest.param({"ticket": "x", "limit": True}, "inputs.schema", "'limit'", id="true-is-no-number"),
        pytest.param({"ticket": "x", "docs": ["a", 5]}, "inputs.schema", "[1]", id="deep-within"),
        pytest.param({"ticket": "x" * 11}, "inputs.too_long", "11 characters; its limit is 10", id="too-long"),
        pytest.param({"ticket": "x", "docs": ["a" * 9]}, "inputs.too_long", "13 characters", id="too-long-as-json"),
        pytest.param({"ticket": "a\udcffb"}, "inputs.not_text", "character 2 is half of a pair, U+DCFF", id="bytes"),
        pytest.param({"ticket": "x", "any": {"a": ["\ud800"]}}, "inputs.not_text", "U+D800", id="bytes-within"),
        pytest.param({"ticket": "x", "any": {1, 2}}, "inputs.not_json", "is not a value that JSON has", id="a-set"),
        pytest.param({"ticket": b"x"}, "inputs.not_json", "is not a value that JSON has", id="raw-bytes"),
        pytest.param({"ticket": "x", "tickte": "y"}, "inputs.undeclared", "'tickte'", id="undeclared"),
    ],
)
def test_what_does_not_fit_is_one_sentence(values: Values, given: dict[str, object], code: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        values.complete(given)

    assert caught.value.code == code
    assert words in caught.value.what
    assert caught.value.hint


@pytest.mark.parametrize("given", [{"limit": "private"}, {"docs": ["a", {"k": "private"}]}, {"tone": ["private"]}])
def test_a_value_is_not_repeated_in_the_sentence_about_it(values: Values, given: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="does not fit its schema") as caught:
        values.complete({"ticket": "x", **given})

    assert "private" not in str(caught.value)


def test_the_limit_itself_is_not_too_long(values: Values) -> None:
    assert values.complete({"ticket": "é" * 10, "docs": ["a" * 8]})["ticket"] == "é" * 10
