"""Ids sort by time and do not repeat."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assay.core.ids import new_id, new_mark

AT = datetime(2026, 11, 22, 15, 45, 1, tzinfo=UTC)


def test_an_id_reads_as_its_time_and_six_digits():
    assert new_id(AT, entropy="4f1c9a") == "20261122-154501-4f1c9a"


def test_ids_of_the_same_second_differ():
    assert len({new_id(AT) for _ in range(50)}) > 45


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=9000)))
def test_a_later_id_sorts_after_an_earlier_one(gap):
    assert new_id(AT, entropy="ffffff") < new_id(AT + gap, entropy="000000")


def test_a_mark_is_another_each_time():
    marks = {new_mark() for _ in range(100)}

    assert len(marks) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", mark) for mark in marks)
