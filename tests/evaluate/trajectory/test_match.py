"""Names against patterns, and arguments against those that were wanted."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.trajectory.match import agrees, fits, holds, longest_common, same, without, without_defaults


@pytest.mark.parametrize(
    ("name", "pattern", "fit"),
    [
        ("search_web", "search*", True),
        ("Search", "search", True),
        ("search", "s?arch", True),
        ("research", "search*", False),
        ("a.b", "a?b", True),
        ("axb", "a.b", False),
        ("anything", "*", True),
        ("a" * 2_000, "*a" * 20 + "b", False),
        ("a*b", "a*", True),
        ("", "*", True),
        ("", "?", False),
    ],
)
def test_a_pattern_has_stars_and_question_marks_and_nothing_else(name, pattern, fit):
    assert fits(name, pattern) is fit


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_a_pattern_means_what_it_means_to_the_shell(pattern, name):
    assert fits(name, pattern) is fnmatch.fnmatchcase(name, pattern)


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [(1, 1.0, True), (1, True, False), ([1, {"a": None}], [1, {"a": None}], True), ({"a": 1}, {"a": 1, "b": 2}, False)],
)
def test_values_are_the_same_as_json(one, other, are):
    assert same(one, other) is are


def test_a_value_holds_what_is_wanted_and_may_have_more():
    actual = {"q": "cats", "page": {"size": 10, "from": 1}, "tags": ["a", {"x": 1, "y": 2}]}

    assert holds(actual, {"page": {"size": 10}, "tags": ["a", {"x": 1}]})
    assert not holds(actual, {"tags": ["a"]})
    assert not holds(actual, {"page": {"size": 11}})
    assert not holds(actual, {"missing": None})


@pytest.mark.parametrize(
    ("actual", "wanted", "how", "agree"),
    [
        ("Cats ", "cats", "text", True),
        ("Cats", "cats", "exact", False),
        ("3.0", 3, "number", True),
        ("three", 3, "number", False),
        (True, 1, "number", False),
        ("anything", "else", "present", True),
        ("anything", "else", "ignore", True),
    ],
)
def test_an_argument_is_compared_in_its_own_way(actual, wanted, how, agree):
    assert agrees(actual, wanted, how) is agree


def test_arguments_can_be_left_out_by_name_and_by_default():
    assert without({"request_id": 1, "q": 2}, ["*_id"]) == {"q": 2}
    assert without({"request_id": 1}, ["request"]) == {"request_id": 1}
    assert without_defaults({"limit": 10, "q": 2}, {"limit": 10, "q": 3}) == {"q": 2}
    assert without("text", ["a"]) == without_defaults("text", {}) == "text"


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_longest_common_order_is_symmetric_and_bounded(one, other):
    found = longest_common(one, other)

    assert found == longest_common(other, one) <= min(len(one), len(other))
    assert longest_common(one, one) == len(one)
