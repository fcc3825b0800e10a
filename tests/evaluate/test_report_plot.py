"""Where things lie on the axes."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.report_plot import difference_axis, rate_bar
from assay.testing.example_run import example_view

COMPARISON = example_view(20).summary.comparison
shares = st.floats(-1, 1)


def at(place: str) -> float:
    return float(place.removesuffix("%"))


@given(st.lists(shares, min_size=3, max_size=3).map(sorted), st.one_of(st.none(), st.floats(0, 0.5)))
def test_everything_lies_on_the_axis_in_its_order(bounds, margin):
    low, diff, high = bounds
    found = difference_axis(msgspec.structs.replace(COMPARISON, diff=diff, low=low, high=high), margin=margin)
    bar = [at(found.bar.low), at(found.bar.value), at(found.bar.high)]
    places = [*bar, at(found.zero), *([] if found.margin is None else [at(found.margin)])]

    assert bar == sorted(bar)
    assert all(0 < place < 100 for place in places)
    assert found.margin is None or at(found.margin) <= at(found.zero)


@given(st.lists(shares, min_size=3, max_size=3).map(sorted))
def test_ticks_are_few_round_and_in_order_with_zero_among_them(bounds):
    low, diff, high = bounds
    ticks = difference_axis(msgspec.structs.replace(COMPARISON, diff=diff, low=low, high=high), margin=None).ticks
    places = [at(tick.at) for tick in ticks]

    assert 1 <= len(ticks) <= 8
    assert places == sorted(places)
    assert [tick.label for tick in ticks].count("0") == 1
    assert len({tick.label for tick in ticks}) == len(ticks)


def test_a_rate_lies_between_0_and_100():
    bar = rate_bar(0.614, 0.529, 0.692)

    assert (bar.low, bar.value, bar.high) == ("52.90%", "61.40%", "69.20%")
