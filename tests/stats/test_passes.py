"""The pass rate of a variant: plain Wilson where cases are independent, its clustered form where not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.interval import Interval
from assay.stats.passes import Passes
from assay.stats.proportion import wilson

verdicts = st.lists(st.tuples(st.booleans(), st.none() | st.sampled_from("abcdef")), max_size=60)
levels = st.floats(0.5, 0.999)


def gather(rows: list[tuple[bool, str | None]]) -> Passes:
    passes = Passes()
    for passed, cluster in rows:
        passes.add(passed, cluster=cluster)
    return passes


@given(flags=st.lists(st.booleans(), max_size=60), level=levels)
def test_without_shared_clusters_it_is_wilson(flags, level):
    plain = gather([(flag, None) for flag in flags])
    named = gather([(flag, f"case-{i}") for i, flag in enumerate(flags)])

    assert plain.interval(level=level) == named.interval(level=level) == wilson(sum(flags), len(flags), level=level)


@given(rows=verdicts, level=levels)
def test_an_interval_holds_its_value_and_stays_within_0_and_1(rows, level):
    found = gather(rows).interval(level=level)

    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.n == len(rows)


@given(rows=verdicts, level=levels)
def test_swapping_pass_and_failure_mirrors_the_interval(rows, level):
    found = gather(rows).interval(level=level)
    mirrored = gather([(not passed, cluster) for passed, cluster in rows]).interval(level=level)

    if found.n:
        assert mirrored.low == pytest.approx(1 - found.high, abs=1e-9)
        assert mirrored.high == pytest.approx(1 - found.low, abs=1e-9)


@given(rows=verdicts, one=levels, other=levels)
def test_a_higher_level_never_narrows_the_interval(rows, one, other):
    passes = gather(rows)
    narrow, wide = (passes.interval(level=level) for level in sorted((one, other)))

    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@given(rows=verdicts, cut=st.integers(0, 60), order=st.randoms(use_true_random=False))
def test_neither_the_order_nor_a_merge_changes_anything(rows, cut, order):
    first, second = gather(rows[:cut]), gather(rows[cut:])
    first.merge(second)
    shuffled = rows.copy()
    order.shuffle(shuffled)

    assert first.interval() == gather(rows).interval() == gather(shuffled).interval()
    assert first.passed == sum(passed for passed, _ in rows)


def test_a_cluster_of_ten_equal_verdicts_is_worth_about_one_case():
    passes = gather([(cluster % 2 == 0, str(cluster)) for cluster in range(20) for _ in range(10)])

    assert passes.moments.summary().effective_n() == pytest.approx(19)
    assert passes.interval().high - passes.interval().low > wilson(100, 200).high - wilson(100, 200).low


def test_when_all_pass_the_clusters_and_not_the_cases_count():
    passes = gather([(True, str(cluster)) for cluster in range(10) for _ in range(100)])

    assert passes.interval().low < wilson(10, 10).low
    assert passes.interval().high == 1


def test_without_verdicts_nothing_is_known():
    assert Passes().interval() == Interval(value=0.0, low=0.0, high=1.0, n=0, level=0.95, method="wilson")


def test_one_cluster_alone_shows_nothing():
    found = gather([(True, "only"), (True, "only"), (False, "only")]).interval()

    assert found == Interval(value=2 / 3, low=0.0, high=1.0, n=3, level=0.95, method="clustered-wilson")


@pytest.mark.parametrize("rows", [[], [(True, None)], [(True, "a"), (False, "a")]])
def test_a_level_outside_0_and_1_is_refused(rows):
    with pytest.raises(ValueError, match="a confidence level must be between 0 and 1, not 95"):
        gather(rows).interval(level=95)
