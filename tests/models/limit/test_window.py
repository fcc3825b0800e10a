import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.limit.window import START, Window


def round_of(window, *, refused=0):
    """So many calls as the window holds, of which the first few are refused."""
    size = window.size
    for place in range(size):
        if place < refused:
            window.refuse(again=place > 0)
        else:
            window.succeed(full=True)
    return window.size


def test_it_doubles_each_round_until_the_first_refusals_in_succession():
    window = Window(ceiling=10_000)

    assert [window.size, round_of(window), round_of(window)] == [START, 2 * START, 4 * START]
    round_of(window, refused=2)
    before = window.size
    assert round_of(window) <= before + 1


def test_it_grows_by_one_a_round_after_that():
    window = Window(start=10)
    window.refuse(again=True)
    window.refuse(again=True)

    assert window.size == 9
    assert [round_of(window) for _ in range(4)] == [pytest.approx(9 + n, abs=1) for n in range(1, 5)]


def test_a_round_in_which_all_are_refused_halves_it():
    window = Window(start=64)

    assert [round_of(window, refused=64), round_of(window, refused=32)] == [32, 16]


def test_a_few_refusals_at_random_leave_most_of_it():
    window, chance, sizes = Window(ceiling=256, start=64), random.Random(7), []
    for _ in range(20_000):
        if chance.random() < 0.05:
            window.refuse(again=True)
        else:
            window.succeed(full=True)
        sizes.append(window.size)

    assert 30 < sum(sizes[5_000:]) / len(sizes[5_000:]) < 45  # 2 * (1 - p) / p


def test_it_does_not_grow_while_it_holds_nobody_back():
    window = Window()
    for _ in range(1_000):
        window.succeed(full=False)

    assert window.size == START


@given(
    st.integers(1, 300),
    st.lists(st.tuples(st.sampled_from(["succeed", "refuse"]), st.booleans()), max_size=400),
)
def test_it_stays_between_one_and_the_ceiling(ceiling, events):
    window = Window(ceiling=ceiling)
    for kind, flag in events:
        if kind == "succeed":
            window.succeed(full=flag)
        else:
            window.refuse(again=flag)
        assert 1 <= window.size <= ceiling
