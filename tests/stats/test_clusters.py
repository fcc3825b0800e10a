"""Sums by cluster: order, sizes, and the clustered error of the worked example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.clusters import cluster_index, cluster_sums
from assay.stats.mean import ClusterMoments

PUBLISHED = [1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0]


def test_the_worked_example_of_six_clusters_of_three():
    found = cluster_sums(PUBLISHED, np.arange(18) // 3)

    assert round(found.mean, 5) == 0.61111
    assert round(found.standard_error(), 6) == 0.133795
    assert (found.n, found.clusters) == (18, 6)


def test_clusters_stand_in_the_order_of_their_first_value():
    index, groups = cluster_index(["b", "a", "b", "c"], 4)

    assert (index.tolist(), groups) == ([0, 1, 0, 2], 3)


def test_without_clusters_each_value_is_one_of_its_own():
    assert cluster_sums([0.2, 0.4]).sizes.tolist() == [1, 1]


@pytest.mark.parametrize("values", [[float("nan")], [float("inf")], [[1.0]]])
def test_what_is_no_row_of_numbers_is_refused(values):
    with pytest.raises(ValueError, match="values must be"):
        cluster_sums(values)


def test_each_value_needs_its_cluster():
    with pytest.raises(ValueError, match="one cluster for each of 2 values"):
        cluster_sums([0.1, 0.2], ["a"])


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdef")), min_size=2, max_size=60))
def test_it_agrees_with_the_sums_that_are_never_rounded(pairs):
    moments = ClusterMoments()
    for value, name in pairs:
        moments.add(value, cluster=name)
    found, exact = cluster_sums([v for v, _ in pairs], [name for _, name in pairs]), moments.summary()

    assert found.mean == pytest.approx(exact.mean, abs=1e-12)
    assert (found.standard_error() is None) == (exact.se_corrected is None)
    if exact.se_corrected is not None:
        assert found.standard_error() == pytest.approx(exact.se_corrected, abs=1e-12)
