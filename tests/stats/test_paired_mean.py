"""Which interval a mean difference gets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.stats.paired import Pairs, tango
from assay.stats.paired_mean import paired_mean


def test_passes_of_cases_on_their_own_get_tangos():
    found = paired_mean([1] * 9 + [-1] * 12 + [0] * 179)

    assert found == tango(9, 12, 200)
    assert (round(found.low, 5), round(found.high, 5)) == (-0.06359, 0.03211)


@pytest.mark.parametrize(("clusters", "method"), [(29, "clustered-t-and-bca"), (30, "clustered-t")])
def test_thirty_clusters_are_enough_for_t(clusters, method):
    rng = np.random.default_rng(1)
    ids = np.arange(200) % clusters

    assert paired_mean(rng.uniform(-1, 1, size=200), ids).method == method


def test_scores_in_clusters_agree_with_the_sums_that_are_never_rounded():
    rng = np.random.default_rng(2)
    baseline, candidate, ids = rng.random(300), rng.random(300), np.arange(300) // 5
    pairs = Pairs()
    for a, b, c in zip(baseline, candidate, ids, strict=True):
        pairs.add(float(a), float(b), cluster=str(c))
    found, exact = paired_mean(candidate - baseline, ids), pairs.interval()

    assert (found.value, found.low, found.high) == pytest.approx((exact.value, exact.low, exact.high))


def test_what_is_no_difference_of_scores_is_refused():
    with pytest.raises(ValueError, match=r"between -1 and 1, not 1\.5"):
        paired_mean([0.5, 1.5])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 40)), min_size=1, max_size=80))
def test_it_holds_the_mean_within_the_bounds(pairs):
    values, ids = zip(*pairs, strict=True)
    found = paired_mean(values, ids)

    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


def test_differences_that_rounding_alone_sets_apart_show_no_certainty():
    values, ids = [0.3 - 0.2, 0.2 - 0.1, 0.4 - 0.3] * 30 + [0.1], [*(number // 3 for number in range(90)), 30]
    found = paired_mean(values, ids)

    assert found.method == "zero-variance"
    assert found.low < 0.05
