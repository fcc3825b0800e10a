"""A cluster has one side, for good; shares are met, and what is missing is said."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import BadInput
from assay.evaluate.curate.split import look_at_splits, read_splits
from assay.evaluate.dataset import DatasetFile
from assay.evaluate.types import Case

SPLITS = read_splits("train=0.2,dev=0.2,test=0.6", "0")


def case(name: str, cluster: str | None = None, **tags: str) -> Case:
    return Case(id=name, inputs={}, cluster=cluster, tags=tags, where=None)


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_a_cluster_is_never_in_two_splits_and_an_id_is_no_cluster(one, other, cluster):
    assert SPLITS.of(case(one, cluster)) == SPLITS.of(case(other, cluster))
    assert SPLITS.of(case(one)) == SPLITS.of(case(one, split="dev", x="y"))


def test_the_sides_never_change_with_a_version():
    assert " ".join(SPLITS.of(case(f"c-{i}")) for i in range(8)) == "test test test dev test train train test"
    assert [SPLITS.of(case("x", f"k-{i}")) for i in range(4)] == ["dev", "test", "test", "train"]


def test_shares_are_met_over_many_clusters_and_seeds_are_independent():
    cases = [case(str(i)) for i in range(20_000)]
    other = read_splits("train=0.2,dev=0.2,test=0.6", "another")
    both = sum(SPLITS.of(c) == "test" and other.of(c) == "test" for c in cases)

    assert sum(SPLITS.of(c) == "dev" for c in cases) == pytest.approx(4_000, abs=250)
    assert both == pytest.approx(7_200, abs=350)


@pytest.fixture
def file(tmp_path: Path):
    def write(rows: list[dict[str, object]]) -> DatasetFile:
        (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return DatasetFile(tmp_path / "a.jsonl", "a.jsonl")

    return write


def test_the_report_counts_by_split_and_names_what_is_missing(file):
    chance = random.Random(2)
    rows = [{"id": str(i), "cluster": f"k{i // 2}", "tags": {"lang": chance.choice("ab")}} for i in range(200)]
    rows += [{"id": f"r{i}", "cluster": "rare", "tags": {"lang": "rare", "split": "old"}} for i in range(12)]

    report = look_at_splits(file(rows), SPLITS)

    assert report.cases.total() == 212
    assert sum(report.clusters.values()) == 101
    assert {(tag, value) for tag, value, _ in report.missing()} == {("lang", "rare")}
    assert len(report.missing()) == 2
    assert report.moved == 12
    assert sum(report.tags["lang"]["a"].values()) == sum(row["tags"]["lang"] == "a" for row in rows)
    assert report.as_dict(SPLITS)["splits"]["dev"]["cases"] == report.cases["dev"]


def test_a_split_without_a_cluster_is_refused(file):
    with pytest.raises(BadInput, match="gets none of the 1 clusters"):
        look_at_splits(file([{"id": str(i), "cluster": "one"} for i in range(50)]), SPLITS)


@pytest.mark.parametrize("text", ["", "a", "a=1,b=1", "a=0.5,a=0.5", "a=x", "a=0,b=1", "a=0.5,b=0.4", "a b=1", "[a]=1"])
def test_shares_that_are_none_are_refused(text):
    with pytest.raises(BadInput, match="--into"):
        read_splits(text, "0")


@pytest.mark.parametrize(
    ("into", "wrong"),
    [
        ("dev", "'dev', which has no share"),
        ("=0.5,test=0.5", "'=0.5', which has no name"),
        ("dev=0.5,dev=0.5", "'dev=0.5', whose name stands twice"),
        ("dev=half", "and 'half' is not a share above 0 and up to 1"),
        ("dev=0,test=1", "and '0' is not a share above 0 and up to 1"),
        ("a b=1", "and 'a b' is not a name: it has spaces or brackets"),
    ],
)
def test_what_is_wrong_with_a_split_is_said(into, wrong):
    with pytest.raises(BadInput) as caught:
        read_splits(into, "0")

    assert wrong in caught.value.what
