"""Verdicts by number: each thing has exactly one, or there is none that can be read."""

import pytest

from assay.evaluate.judging.numbered import read_numbered, read_texts
from assay.evaluate.judging.reading import Unreadable


def test_verdicts_come_in_the_order_of_their_numbers():
    reply = '{"claims": [{"number": 2, "ok": false}, {"number": 1, "ok": true}, {"number": 2, "ok": false}]}'

    assert read_numbered(reply, "claims", "ok", 2) == [True, False]


@pytest.mark.parametrize(
    "entries",
    [
        "[]",
        '[{"number": 1, "ok": true}]',
        '[{"number": 1, "ok": true}, {"number": 1, "ok": false}, {"number": 2, "ok": true}]',
        '[{"number": 0, "ok": true}, {"number": 2, "ok": true}]',
        '[{"number": 3, "ok": true}]',
        '[{"number": 1, "ok": "yes"}, {"number": 2, "ok": true}]',
        "[true, true]",
        '"yes, yes"',
    ],
)
def test_a_number_that_is_missing_doubled_or_undecided_is_unreadable(entries):
    with pytest.raises(Unreadable):
        read_numbered(f'{{"claims": {entries}}}', "claims", "ok", 2)


@pytest.mark.parametrize("reply", ["", "none", '{"claims": "a"}', '{"claims": [1]}', '{"claims": [" "]}'])
def test_a_list_of_anything_but_texts_is_unreadable(reply):
    with pytest.raises(Unreadable):
        read_texts(reply, "claims")
