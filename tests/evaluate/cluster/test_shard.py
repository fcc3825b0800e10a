"""A plan is cut into shards that cover it whole, in order, without an overlap."""

from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.cluster.shard import cut


@given(total=st.integers(0, 10_000), size=st.integers(1, 999))
def test_shards_cover_the_plan_once_and_in_order(total, size):
    shards = list(cut(total, size))

    assert [n for shard in shards for n in range(shard.start, shard.stop)] == list(range(total))
    assert [shard.index for shard in shards] == list(range(len(shards)))
    assert all(shard.stop - shard.start == size for shard in shards[:-1])


def test_the_names_of_files_sort_as_their_shards_do():
    names = [shard.rows_file for shard in cut(1_200_000, 100)]

    assert names == sorted(names)
    assert len(set(names)) == 12_000
