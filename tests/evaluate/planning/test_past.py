"""A past run's differences by cluster, from the blocks that its gate counts."""

import numpy as np

from assay.evaluate.gating.case_column import Block, Column
from assay.evaluate.planning.past import PastClusters, pairs_of

COLUMNS = [Column("new", "pass"), Column("old", "pass"), Column("new", "score")]


def block(new, old, clusters) -> Block:
    values = np.array([new, old, new], dtype=np.float64)
    return Block(values, None, np.array(clusters, dtype=np.int64), np.zeros((0, len(new)), dtype=np.int64))


def test_blocks_are_summed_by_cluster_and_lone_cases_stand_for_themselves():
    past = PastClusters(pairs_of(COLUMNS, "new", "old"))
    past.add(block([1, 0, 1], [0, 0, 1], [0, 0, -1]))
    past.add(block([1, 0, np.nan], [0, 1, 1], [0, -1, -1]))

    found = past.of("pass")

    assert found is not None
    assert found.passes
    assert sorted(zip(found.sizes, found.sums, found.squares, strict=True)) == [(1, -1, 1), (1, 0, 0), (3, 2, 2)]


def test_a_metric_of_one_variant_is_not_a_pair():
    past = PastClusters(pairs_of(COLUMNS, "new", "old"))
    past.add(block([1], [0], [0]))

    assert past.of("score") is None
    assert past.of("pass") is None  # one cluster tells nothing of how clusters differ
