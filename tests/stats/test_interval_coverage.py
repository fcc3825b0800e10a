"""How often intervals hold the true value: exactly where the outcomes can be counted, by simulation elsewhere.

The figures are those that docs/explanation/statistics.md prints.
"""

import math
import random
from collections.abc import Callable, Iterator

import pytest

from assay.stats.decision import decide_non_inferior, gate_level
from assay.stats.interval import Interval
from assay.stats.mean import clustered_interval, mean_interval
from assay.stats.paired import Pairs, paired_difference, tango
from assay.stats.passes import Passes
from assay.stats.proportion import clopper_pearson, wilson

SHARES = [percent / 100 for percent in range(50, 100)]  # both methods are symmetric about one half


@pytest.mark.parametrize(
    ("method", "n", "lowest", "average"),
    [
        (wilson, 10, 0.904, 0.956),
        (wilson, 30, 0.930, 0.952),
        (wilson, 100, 0.921, 0.949),
        (wilson, 300, 0.941, 0.950),
        (clopper_pearson, 10, 0.962, 0.983),
        (clopper_pearson, 30, 0.954, 0.973),
        (clopper_pearson, 100, 0.954, 0.965),
        (clopper_pearson, 300, 0.952, 0.959),
    ],
)
def test_exact_coverage_is_as_published(method, n, lowest, average):
    coverage = [exact_coverage(method, n, share) for share in SHARES]

    assert min(coverage) == pytest.approx(lowest, abs=0.001)
    assert sum(coverage) / len(coverage) == pytest.approx(average, abs=0.001)


def exact_coverage(method: Callable[[int, int], Interval], n: int, share: float) -> float:
    found = [method(k, n) for k in range(n + 1)]
    return math.fsum(
        math.comb(n, k) * share**k * (1 - share) ** (n - k)
        for k, interval in enumerate(found)
        if interval.low <= share <= interval.high
    )


@pytest.mark.parametrize("discordant", [0.1, 0.2, 0.4])
def test_a_candidate_worse_by_the_margin_passes_at_most_about_one_time_in_twenty(discordant):
    passing = sum(
        probability
        for gained, lost, probability in outcomes(60, discordant, -0.1)
        if decide_non_inferior(*ends(tango(gained, lost, 60, level=gate_level(0.05))), 0.1) == "pass"
    )

    assert passing <= 0.055


def outcomes(n: int, discordant: float, difference: float) -> Iterator[tuple[int, int, float]]:
    """Every possible (gained, lost) of n pairs with its probability."""
    gain, loss = (discordant + difference) / 2, (discordant - difference) / 2
    for gained in range(n + 1):
        for lost in range(n - gained + 1):
            equal = n - gained - lost
            ways = math.comb(n, gained) * math.comb(n - gained, lost)
            yield gained, lost, ways * gain**gained * loss**lost * (1 - discordant) ** equal


def ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def test_intervals_that_know_of_clusters_cover_and_those_that_do_not_do_not():
    """20 clusters of 2 to 8 cases, true pass rate 0.9, correlation within a cluster 0.5."""
    source = random.Random(20240611)
    rounds, covered = 1000, {"wilson": 0, "t": 0, "unaware t": 0}
    for _ in range(rounds):
        passes = Passes()
        for name in range(20):
            rate = source.betavariate(0.9, 0.1)
            for _ in range(source.randint(2, 8)):
                passes.add(source.random() < rate, cluster=str(name))
        covered["wilson"] += holds(passes.interval(), 0.9)
        covered["t"] += holds(clustered_interval(passes.moments), 0.9)
        covered["unaware t"] += holds(mean_interval(passes.moments.every), 0.9)

    assert covered["wilson"] / rounds > 0.91
    assert 0.84 < covered["t"] / rounds < 0.90
    assert covered["unaware t"] / rounds < 0.72


def holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def test_the_clustered_gate_rarely_passes_a_candidate_that_is_worse_by_the_margin():
    """20 clusters of 2 to 8 pairs, 10 % of them discordant, candidate worse by the margin of 0.05."""
    source = random.Random(7)
    rounds, passed = 1000, {"clustered-tango": 0, "clustered-t": 0}
    for _ in range(rounds):
        pairs = clustered_pairs(source, clusters=20)
        for interval in (pairs.interval(level=0.9), paired_difference(pairs.differences, level=0.9)):
            if interval.method in passed:
                passed[interval.method] += decide_non_inferior(*ends(interval), 0.05) == "pass"

    assert passed["clustered-tango"] / rounds < 0.07
    assert passed["clustered-t"] / rounds > 0.08


def clustered_pairs(source: random.Random, *, clusters: int) -> Pairs:
    pairs = Pairs()
    concentration = 1 / 0.3 - 1
    for name in range(clusters):
        weights = [source.gammavariate(share * concentration, 1) for share in (0.025, 0.075, 0.9)]
        for _ in range(source.randint(2, 8)):
            (scores,) = source.choices([(0, 1), (1, 0), (1, 1)], weights)
            pairs.add(*scores, cluster=str(name))
    return pairs
