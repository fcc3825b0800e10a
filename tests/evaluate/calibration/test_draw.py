"""Drawing cases to label: rare patterns are there, chances are right, the same seed draws the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.calibration.draw import allocate, draw_cases
from assay.evaluate.calibration.types import Judged, JudgedCase


def judged_case(number: int, passed: bool) -> JudgedCase:
    judged = Judged(f"reply {number}", f"sha256:{number}", passed, True, "sha256:judge")
    return JudgedCase(str(number), None, {"q": number}, None, {"v": judged})


CASES = [judged_case(number, number % 20 != 0) for number in range(400)]


def test_rare_verdicts_are_drawn_more_often_and_their_chances_say_so():
    drawn = draw_cases(CASES, 60, seed=1)
    rare = [one for one in drawn if not one.case.replies["v"].passed]

    assert len(drawn) == 60
    assert len(rare) > 3 * 60 / 20
    assert {one.chance for one in rare} == {len(rare) / 20}


def test_weighted_by_their_chances_the_drawn_stand_for_all():
    drawn = draw_cases(CASES, 60, seed=2)

    assert sum(1 / one.chance for one in drawn) == pytest.approx(400)


def test_the_same_seed_draws_the_same_cases_in_the_order_of_the_run():
    first, again = draw_cases(CASES, 30, seed=3), draw_cases(CASES, 30, seed=3)

    assert first == again != draw_cases(CASES, 30, seed=4)
    assert [int(one.case.case) for one in first] == sorted(int(one.case.case) for one in first)


def test_more_than_there_are_is_all_of_them():
    assert len(draw_cases(CASES[:5], 60, seed=0)) == 5


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 50), min_size=1), st.integers(1, 120))
def test_the_shares_add_up_and_never_exceed_a_stratum(sizes, n):
    shares = allocate(sizes, n)

    assert sum(shares.values()) == min(n, sum(sizes.values()))
    assert all(0 <= shares[name] <= sizes[name] for name in sizes)
