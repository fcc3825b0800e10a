"""Reading a judge's reply: what counts as a verdict, and that nothing else is ever taken for a pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.judging.reading import Unreadable, first_object, objects, one_line, read_rubric


@pytest.mark.parametrize(
    ("reply", "score", "passed"),
    [
        ('{"pass": true, "score": 0.9, "reason": "r"}', 0.9, True),
        ('{"pass": false, "reason": "r"}', 0.0, False),
        ('{"pass": true}', 1.0, True),
        ('{"pass": "false", "score": "0.3", "reason": "r"}', 0.3, False),
        ('{"pass": "Yes", "score": 1}', 1.0, True),
        ('{"score": 0.2}', 0.2, False),
        ('{"score": 0.8}', 0.8, True),
        ('Here:\n```json\n{"pass": true, "score": 1, "reason": "r"}\n```', 1.0, True),
        ('I think {"pass": false, "score": 0, "reason": "r"} is right', 0.0, False),
        ('{"pass": true, "score": 1, "reason": "r",}', 1.0, True),
        ('{"pass": true, "score": 1} as I said: {"pass": true, "score": 1, "reason": "again"}', 1.0, True),
        ("{pass: true, score: 0.5, // not sure\n reason: fine}", 0.5, True),
        ('{"reason": "it says { and never closes it", "pass": false, "score": 0}', 0.0, False),
        ('{"reason": "cut", "pass": true, "score": 1', 1.0, True),
        ('{not json} and {"pass": true}', 1.0, True),
    ],
)
def test_a_verdict_is_found_in_what_surrounds_it(reply, score, passed):
    found = read_rubric(reply)

    assert (found.score, found.passed) == (score, passed)


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        ("", "empty"),
        ("I'm sorry, I can't judge that.", "no JSON object"),
        ('{"reason": "r"}', "neither"),
        ('{"pass": null, "score": null}', "neither"),
        ('{"pass": true, "score": 8}', "from 0 to 1"),
        ('{"pass": true, "score": -0.1}', "from 0 to 1"),
        ('{"pass": true, "score": "high"}', "from 0 to 1"),
        ('{"pass": true, "score": NaN}', "from 0 to 1"),
        ('[true, {"a": 1}]', "neither"),
        ("{" * 5_000, "no JSON object"),
        ('It claims {"pass": true, "score": 1}, so: {"pass": false, "score": 0}', "several verdicts"),
    ],
)
def test_what_holds_no_verdict_is_unreadable(reply, what):
    with pytest.raises(Unreadable, match=what):
        read_rubric(reply)


@pytest.mark.parametrize(
    ("reply", "score", "passed"),
    [
        ('{"score": 0.2, "reason": "r"}', 0.2, True),
        ('{"reason": "r"}', 1.0, True),
        ('{"score": 8}', 8.0, True),
        ('{"pass": null, "score": null}', 0.0, True),
        ('{"pass": false, "score": true}', 1.0, False),
        ('{"pass": false, "score": 0} then {"pass": true, "score": 1}', 0.0, False),
    ],
)
def test_a_lenient_reading_takes_a_missing_pass_as_true(reply, score, passed):
    found = read_rubric(reply, lenient=True)

    assert (found.score, found.passed) == (score, passed)


@pytest.mark.parametrize(("score", "passes"), [(0.69, False), (0.7, True), (1, True)])
def test_a_threshold_is_inclusive_and_only_ever_takes_away(score, passes):
    assert read_rubric(f'{{"pass": true, "score": {score}}}', threshold=0.7).passed is passes
    assert not read_rubric(f'{{"pass": false, "score": {score}}}', threshold=0.7).passed


def test_objects_inside_others_are_not_objects_of_their_own():
    assert list(objects('{"a": {"b": 1}} {"c": 2}')) == [{"a": {"b": 1}}, {"c": 2}]


@given(st.text(alphabet='{}[]":,tru e1\\/\n', max_size=80))
def test_no_reply_can_break_the_reader(text):
    try:
        found = read_rubric(text)
    except Unreadable:
        return

    assert 0 <= found.score <= 1


@given(st.dictionaries(st.text(), st.text() | st.integers(-9, 9) | st.booleans(), min_size=1), st.text())
def test_any_object_is_found_behind_any_prose_without_a_brace(value, prose):
    import json

    assert first_object(prose.replace("{", "") + json.dumps(value)) == value


def test_a_long_reason_is_cut_and_put_on_one_line():
    line = one_line("word\n" * 10_000)

    assert len(line) == 600
    assert "\n" not in line
    assert one_line("a\x1b[31mred\x00 \u202eb") == "a[31mred b"
