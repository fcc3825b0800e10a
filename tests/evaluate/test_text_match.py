"""What graders look for in a reply, as a suite or a case writes it."""

import pytest

from assay.core.errors import GraderFailed
from assay.core.location import Location
from assay.evaluate.text_match import all_of, any_of, wanted_text, wanted_texts
from assay.evaluate.types import Case


def make_case(expected: object) -> Case:
    return Case(id="c-1", inputs={}, expected=expected, where=Location("d.jsonl", 3))


@pytest.mark.parametrize(
    ("expected", "texts"),
    [("a", ["a"]), ('a, "b,c"', ["a", "b,c"]), (["a, b", 4, 1.5], ["a, b", "4", "1.5"]), (7, ["7"])],
)
def test_texts_are_a_list_or_stand_between_commas(expected, texts):
    assert wanted_texts(make_case(expected), "expected") == texts


@pytest.mark.parametrize("expected", [None, True, {}, [], "", " , ", ["a", None], ["a", True]])
def test_what_is_no_list_of_texts_is_an_error(expected):
    with pytest.raises(GraderFailed) as caught:
        wanted_texts(make_case(expected), "expected")

    assert caught.value.code == "grader.target_type"


def test_quotes_that_do_not_end_are_an_error_with_the_place_of_the_case():
    with pytest.raises(GraderFailed) as caught:
        wanted_texts(make_case('"a'), "expected")

    assert caught.value.code == "grader.list"
    assert caught.value.where == Location("d.jsonl", 3)


def test_one_text_must_not_be_empty():
    with pytest.raises(GraderFailed) as caught:
        wanted_text(make_case(""), "expected")

    assert caught.value.code == "grader.target_type"


def test_the_verdicts_name_what_is_lacking_or_there():
    texts = ["one", "two", "six", "ten", "nil"]

    assert all_of("one two", texts).reason == "does not contain 'six', 'ten', 'nil'"
    assert all_of("", texts).reason == "does not contain 'one', 'two', 'six' and 2 more"
    assert any_of("x", texts).reason == "contains none of 'one', 'two', 'six' and 2 more"
    assert any_of("a ten", texts).reason == "contains 'ten'"
