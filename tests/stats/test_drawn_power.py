"""The power that drawing finds, beside comparisons that are decided one by one, and the formula where it holds."""

import numpy as np
import pytest

from assay.stats.clusters import ClusterSums
from assay.stats.drawn_power import MOST_CLUSTERS, DrawnPower, PairedClusters
from assay.stats.mean import MeanSummary
from assay.stats.paired import clustered_tango
from assay.stats.paired_mean import paired_mean
from assay.stats.power import power_for_margin


def flips(clusters: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Differences of passes that go together within clusters of 2 to 8, and their clusters."""
    rng = np.random.default_rng(seed)
    ids = np.repeat(np.arange(clusters), rng.integers(2, 9, size=clusters))
    fate = rng.choice((1.0, -1.0, 0.0), size=clusters, p=(0.05, 0.05, 0.9))[ids]
    alone = rng.choice((1.0, -1.0, 0.0), size=len(ids), p=(0.05, 0.05, 0.9))
    return np.where(rng.random(len(ids)) < 0.5, fate, alone), ids


def summed(differences: np.ndarray, ids: np.ndarray, *, passes: bool) -> PairedClusters:
    sizes = np.bincount(ids).astype(float)
    return PairedClusters(sizes, np.bincount(ids, differences), np.bincount(ids, differences**2), passes)


def one_by_one(past: list[np.ndarray], clusters: int, margin: float, rounds: int) -> float:
    """Clusters drawn and turned, and each comparison decided by the interval that a report shows."""
    rng, passed = np.random.default_rng(1), 0
    for _ in range(rounds):
        drawn = [past[c] * rng.choice((-1, 1)) for c in rng.integers(len(past), size=clusters)]
        every = np.concatenate(drawn)
        sums = ClusterSums(np.array([d.sum() for d in drawn]), np.array([float(len(d)) for d in drawn]))
        alone = float(every.std(ddof=1) / np.sqrt(len(every)))
        error = sums.standard_error()
        summary = MeanSummary(len(every), clusters, sums.mean, alone, error, error)
        found = clustered_tango(int((every == 1).sum()), int((every == -1).sum()), summary, level=0.9)
        passed += found.low > -margin
    return passed / rounds


@pytest.mark.parametrize(("clusters", "margin"), [(20, 0.1), (60, 0.05)])
def test_drawn_all_at_once_is_what_is_drawn_one_by_one(clusters, margin):
    differences, ids = flips(150, seed=3)
    past = [differences[ids == c] for c in range(150)]

    found = DrawnPower(summed(differences, ids, passes=True)).power(clusters, margin)

    assert found == pytest.approx(one_by_one(past, clusters, margin, 1_500), abs=0.035)


def test_scores_on_their_own_agree_with_the_formula():
    differences = np.random.default_rng(4).normal(0, 0.2, size=5_000).clip(-1, 1)
    found = DrawnPower(summed(differences, np.arange(5_000), passes=False))

    for clusters, margin in ((40, 0.08), (200, 0.03)):
        formula = power_for_margin(float(differences.var()), clusters, margin, clusters=clusters)
        assert found.power(clusters, margin) == pytest.approx(formula, abs=0.03)


def test_more_clusters_and_wider_margins_see_more():
    found = DrawnPower(summed(*flips(100, seed=5), passes=True))

    assert found.power(40, 0.05) < found.power(80, 0.05) < found.power(MOST_CLUSTERS, 0.05)
    assert found.power(40, 0.05) < found.power(40, 0.1)
    assert found.power(40, 0.05, alpha=0.01) < found.power(40, 0.05)


def test_the_same_seed_draws_the_same():
    past = summed(*flips(50, seed=6), passes=True)

    assert DrawnPower(past).power(30, 0.05) == DrawnPower(past).power(30, 0.05)


def test_where_nothing_differs_only_the_number_of_clusters_counts():
    past = PairedClusters(np.ones(50), np.zeros(50), np.zeros(50), passes=True)
    lone_scores = paired_mean(np.zeros(60), level=0.9)

    assert DrawnPower(past).power(60, 0.1) == float(lone_scores.low > -0.1) == 1.0
    assert DrawnPower(past).power(60, 0.001) == 0.0


@pytest.mark.parametrize(
    ("clusters", "margin", "alpha"), [(1, 0.1, 0.05), (MOST_CLUSTERS + 1, 0.1, 0.05), (10, 0.0, 0.05), (10, 0.1, 1.5)]
)
def test_what_cannot_be_drawn_is_refused(clusters, margin, alpha):
    with pytest.raises(ValueError, match=r"must be|can be drawn"):
        DrawnPower(summed(*flips(10, seed=7), passes=True)).power(clusters, margin, alpha=alpha)


def test_one_cluster_is_nothing_to_draw_from():
    with pytest.raises(ValueError, match="at least two"):
        DrawnPower(PairedClusters(np.ones(1), np.ones(1), np.ones(1), passes=True))
