"""What a judge's answer is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import BadInput
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.judging.scale import Scale, check_scale


def scale(**parts) -> Scale:
    return Scale(**({"scores": {}, "choices": (), "criteria": {}} | parts))


@pytest.mark.parametrize(("word", "score"), [("pass", 1), ("FAIL", 0), ("yes", 1), ("no", 0)])
def test_words_mean_what_they_say(word, score):
    assert scale(choices=("pass", "fail", "yes", "no")).of(word, word).score == score


@pytest.mark.parametrize(
    ("answer", "score", "passed"), [("1", 0, False), ("3", 0.5, False), ("5", 1, True), ("4", 0.75, True)]
)
def test_points_from_one_to_five_lie_on_a_line(answer, score, passed):
    found = scale(choices=("1", "2", "3", "4", "5"), bar=0.75).of(answer, answer)

    assert (found.score, found.passed) == (score, passed)


def test_a_suite_may_say_what_each_choice_is_worth():
    assert scale(choices=("good", "meh"), scores={"meh": 0.3}).of("meh", "meh").score == 0.3


def test_each_criterion_has_its_score_and_must_reach_the_bar():
    strict = scale(criteria={"kind": 1, "right": 3}, points=5, bar=0.6)
    found = strict.of({"kind": 2, "right": 5, "reason": "rude"}, "")

    assert found.score == pytest.approx((0.4 + 3) / 4)
    assert not found.passed
    assert found.criteria == {"kind": 0.4, "right": 1.0}
    assert found.reason == "below the bar: kind; rude"
    assert (
        scale(criteria={"kind": 1, "right": 3}, points=5, bar=0.6, every=False).of({"kind": 2, "right": 5}, "").passed
    )


@pytest.mark.parametrize(
    ("value", "what"),
    [({"x": 1}, "none of the keys"), ({"score": 9}, "outside 0 to 1"), ("perhaps", "nothing says what 'perhaps'")],
)
def test_what_cannot_be_scored_is_no_verdict(value, what):
    with pytest.raises(Unreadable, match=what):
        scale().of(value, "")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"choices": ("fine", "meh")}, "nothing says what the choice 'fine' is worth"),
        ({"scores": {"a": 2.0}}, r"the score of 'a' is 2"),
        ({"criteria": {"a": 0.0}}, "write one above 0"),
    ],
)
def test_a_scale_that_cannot_score_is_refused_beforehand(wrong, what):
    with pytest.raises(BadInput) as caught:
        check_scale(scale(**wrong))

    assert what in f"{caught.value.what} {caught.value.hint}"


@given(st.integers(2, 9), st.data())
def test_any_scale_of_numbers_goes_from_0_to_1(top, data):
    choices = tuple(str(n) for n in range(1, top + 1))
    word = data.draw(st.sampled_from(choices))

    assert scale(choices=choices).of(word, word).score == pytest.approx((int(word) - 1) / (top - 1))
