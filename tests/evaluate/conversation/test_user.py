"""What a model that plays the user may answer, and what two bills come to."""

import pytest

from assay.evaluate.conversation.part import Line, read_line
from assay.evaluate.conversation.sampler import put, together
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.types import Spent


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ('{"message": " Hello ", "done": false}', Line("Hello", False)),
        ('Sure!\n```json\n{"message": "Bye", "done": "yes"}\n```', Line("Bye", True)),
        ('{"message": "Hello"}', Line("Hello", False)),
        ('{"message": "", "done": true}', Line("", True)),
    ],
)
def test_a_line_is_read_with_leniency(reply, line):
    assert read_line(reply) == line


@pytest.mark.parametrize("reply", ["", "Hello", '{"message": "", "done": false}', '{"message": 3}', '{"done": true}'])
def test_what_is_no_line_is_unreadable(reply):
    with pytest.raises(Unreadable):
        read_line(reply)


def test_inputs_are_put_into_the_first_line_as_a_person_would_say_them():
    assert put("About {{ a }} and {{ b }}.", {"a": "{{ b }}", "b": 3}) == "About {{ b }} and 3."


def test_two_bills_are_added_and_what_is_unknown_stays_so():
    one = Spent(calls=1, input_tokens=10, output_tokens=1, cost_usd="0.10")
    other = Spent(calls=2, input_tokens=None, output_tokens=2, cost_usd="0.02")

    assert together(one, other) == Spent(calls=3, input_tokens=None, output_tokens=3, cost_usd="0.12")
    assert together(None, one) == together(one, None) == one
    assert together(one, Spent(calls=1, input_tokens=1, output_tokens=1, cost_usd=None)).cost_usd is None
