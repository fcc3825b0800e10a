"""How often intervals at 95 % hold the truth."""

import math

import numpy as np
from draw import clustered_flips, clustered_passes, clustered_scores
from scipy import stats
from table import Table, percent

from assay.stats.bernstein import empirical_bernstein
from assay.stats.bootstrap import bca_mean
from assay.stats.clusters import cluster_sums
from assay.stats.distribution import t_quantile
from assay.stats.order_interval import quantile_interval
from assay.stats.paired import Pairs, agresti_min, tango
from assay.stats.passes import Passes
from assay.stats.proportion import clopper_pearson, jeffreys, wilson

RATES = np.arange(50, 100) / 100


def proportions() -> Table:
    def wald(k: int, n: int) -> tuple[float, float]:
        half = 1.96 * math.sqrt(k / n * (1 - k / n) / n)
        return k / n - half, k / n + half

    methods = {
        "Wald": wald,
        "Wilson": lambda k, n: (wilson(k, n).low, wilson(k, n).high),
        "Clopper-Pearson": lambda k, n: (clopper_pearson(k, n).low, clopper_pearson(k, n).high),
        "Jeffreys": lambda k, n: (jeffreys(k, n).low, jeffreys(k, n).high),
    }
    rows = []
    for n in (10, 30, 100, 300):
        cells = [str(n)]
        for interval in methods.values():
            low, high = np.array([interval(k, n) for k in range(n + 1)]).T
            chance = stats.binom.pmf(np.arange(n + 1)[None, :], n, RATES[:, None])
            covers = (chance * ((low <= RATES[:, None]) & (RATES[:, None] <= high))).sum(axis=1)
            cells.append(f"{percent(covers.min())} / {percent(covers.mean())}")
        rows.append(cells)
    return Table(
        "Pass rates of independent cases",
        "Exact coverage of 95 % intervals at true rates of 50 % to 99 %: the lowest / the average.",
        ["cases", *methods],
        rows,
        "The textbook's interval (Wald) is far off where suites live: few cases, high rates. Reports use Wilson.",
    )


def clusters(rounds: int, seed: int) -> list[Table]:
    return [_passes(rounds, seed), _scores(rounds, seed + 1), _differences(rounds, seed + 2)]


def _passes(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for groups in (10, 20, 30, 50, 80):
        hits = np.zeros(3)
        for _ in range(rounds):
            values, ids = clustered_passes(rng, groups, 0.9, 0.3)
            passes = Passes()
            for value, cluster in zip(values, ids, strict=True):
                passes.add(bool(value), cluster=str(cluster))
            found = passes.interval()
            alone = wilson(int(values.sum()), len(values))
            ends = [(found.low, found.high), _t(values, ids), (alone.low, alone.high)]
            hits += [low <= 0.9 <= high for low, high in ends]
        rows.append([str(groups), *(percent(share) for share in hits / rounds)])
    return Table(
        "Pass rates in clusters",
        f"True rate 90 %, clusters of 2 to 8 cases, correlation within a cluster 0.3; {rounds:,} rounds each.",
        ["clusters", "clustered Wilson", "clustered t", "Wilson, clusters ignored"],
        rows,
        "Ignoring clusters makes every interval too narrow. Below about 20 clusters nothing is quite right.",
    )


def _scores(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for groups in (8, 15, 30, 60):
        hits, widths = np.zeros(4), np.zeros(4)
        for number in range(rounds):
            values, ids = clustered_scores(rng, groups, 0.5)
            bca = bca_mean(values, ids, seed=number, resamples=1000, bounds=(0.0, 1.0))
            sure = empirical_bernstein(values, ids)
            alone = _t(values, np.arange(len(values)))
            ends = [_t(values, ids), (bca.low, bca.high), (sure.low, sure.high), alone]
            hits += [low <= 0.8 <= high for low, high in ends]
            widths += [high - low for low, high in ends]
        cells = [f"{percent(h)} ({w:.3f})" for h, w in zip(hits / rounds, widths / rounds, strict=True)]
        rows.append([str(groups), *cells])
    return Table(
        "Mean scores in clusters",
        f"Skewed scores with mean 0.8, clusters of 2 to 8, half of the scores a cluster's own; {rounds:,} rounds each. "
        "In brackets the mean width.",
        ["clusters", "clustered t", "cluster bootstrap BCa", "empirical Bernstein", "t, clusters ignored"],
        rows,
        "Empirical Bernstein never covers less than it says, and is several times as wide: for guarantees. "
        "With few clusters the gate takes the more cautious of t and BCa.",
    )


def _differences(rounds: int, seed: int) -> Table:
    rows = []
    for n in (50, 200):
        for gained, lost in ((0.05, 0.05), (0.03, 0.07)):
            cells = [f"{n} alone", f"{100 * (gained - lost):+.0f} points"]
            rows.append([*cells, *(percent(c) for c in _exact_pairs(n, gained, lost)), ""])
    rng = np.random.default_rng(seed)
    for groups in (20, 50):
        hits = np.zeros(3)
        for _ in range(rounds):
            old, new, ids = clustered_flips(rng, groups, 0.05, 0.05, 0.3)
            pairs = Pairs()
            for a, b, cluster in zip(old, new, ids, strict=True):
                pairs.add(a, b, cluster=str(cluster))
            found = pairs.interval()
            counts = (int((new > old).sum()), int((new < old).sum()), len(old))
            ends = [tango(*counts), agresti_min(*counts), found]
            hits += [end.low <= 0 <= end.high for end in ends]
        cells = [f"{groups} clusters", "0 points"]
        shares = hits / rounds
        rows.append([*cells, percent(shares[0]), percent(shares[1]), "", percent(shares[2])])
    return Table(
        "Differences of two pass rates on the same cases",
        f"A tenth of the cases flips. Exact for cases on their own; {rounds:,} rounds for clusters of 2 to 8 with correlation 0.3.",
        ["cases", "true difference", "Tango", "Agresti-Min", "Wald", "clustered Tango"],
        rows,
        "Tango's interval is used for cases on their own, and its clustered form for clusters.",
    )


def _exact_pairs(n: int, gained: float, lost: float) -> list[float]:
    truth, hits = gained - lost, np.zeros(3)
    for b in range(n + 1):
        chance_b = stats.binom.pmf(b, n, gained)
        if chance_b < 1e-9:
            continue
        for c in range(n - b + 1):
            chance = chance_b * stats.binom.pmf(c, n - b, lost / (1 - gained))
            if chance < 1e-10:
                continue
            diff = (b - c) / n
            half = 1.96 * math.sqrt(max(0.0, (b + c) / n - diff**2) / n)
            ends = [tango(b, c, n), agresti_min(b, c, n)]
            holds = [end.low <= truth <= end.high for end in ends] + [diff - half <= truth <= diff + half]
            hits += chance * np.array(holds)
    return hits.tolist()


def latencies(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for share in (0.5, 0.95):
        truth = stats.lognorm.ppf(share, 1)
        for n in (30, 100, 500):
            hits = normal = 0
            for _ in range(rounds):
                values = rng.lognormal(size=n)
                found = quantile_interval(values, share)
                hits += found.low <= truth <= found.high
                half = 1.96 * values.std(ddof=1) / math.sqrt(n)
                normal += abs(np.quantile(values, share) - truth) <= half
            rows.append([f"p{100 * share:.0f}", str(n), percent(hits / rounds), percent(normal / rounds)])
    return Table(
        "Quantiles of latency",
        f"Log-normal latencies, {rounds:,} rounds each.",
        ["quantile", "calls", "order statistics", "± 1.96 standard errors of the mean"],
        rows,
        "The interval between two order statistics holds for any distribution. With 30 calls a p95 has no upper end.",
    )


def _t(values: np.ndarray, ids: np.ndarray) -> tuple[float, float]:
    sums = cluster_sums(values, ids)
    error = sums.standard_error() or 0.0
    half = t_quantile(0.975, sums.clusters - 1) * error
    return sums.mean - half, sums.mean + half
