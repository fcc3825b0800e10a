"""The gate: how often it passes, fails and leaves open what is truly so much better or worse; A against A; promise and power."""

import math
from collections.abc import Callable

import numpy as np
from draw import clustered_flips, clustered_scores
from scipy import stats
from table import Table, percent

from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.gating.case_column import Block
from assay.evaluate.gating.spread import Spread
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.types import VariantLabel
from assay.stats.decision import decide_non_inferior
from assay.stats.drawn_power import DrawnPower, PairedClusters
from assay.stats.paired import tango

MARGIN = 0.05
ALPHA = 0.05
LABELS = [VariantLabel(name=name, prompt="p", version=None, digest=name, model="m") for name in ("old", "new")]
SPEC = GateSpec(compare=CompareRule(candidate="new", baseline="old", margin=MARGIN))


def gate(old: np.ndarray, new: np.ndarray, ids: np.ndarray) -> str:
    """The real gate's decision on these cases."""
    counted = GateTally(SPEC, LABELS, repeats=1)
    order = [old if column.variant == "old" else new for column in counted.columns]
    counted.add_block(Block(np.array(order), None, ids.astype(np.int64), np.zeros((0, len(ids)), dtype=np.int64)))
    return counted.parts(alpha=ALPHA)[0].decision


def naive(old: np.ndarray, new: np.ndarray) -> bool:
    """What is often done: pass unless a z-test, clusters ignored, shows the candidate to be worse."""
    difference = new - old
    error = difference.std(ddof=1) / math.sqrt(len(difference))
    return bool(error == 0 or difference.mean() / error > -1.645)


def operating() -> Table:
    rows = []
    for truth in (-0.05, -0.02, 0.0, 0.02, 0.05):
        cells = [f"{100 * truth:+.0f} points"]
        for n in (100, 200, 500):
            cells.append(" / ".join(f"{100 * share:.0f}" for share in _exact(n, truth, 0.1)) + " %")
        rows.append(cells)
    return Table(
        "The gate by cases and true difference",
        "Margin 5 points, a tenth of the cases flips, each on its own; exact: pass / fail / inconclusive.",
        ["true difference", "100 cases", "200 cases", "500 cases"],
        rows,
        "A candidate that is worse by the whole margin passes one time in twenty, at any size. That is what alpha means.",
    )


def _exact(n: int, truth: float, flips: float) -> tuple[float, float, float]:
    gained, lost = (flips + truth) / 2, (flips - truth) / 2
    counts = {"pass": 0.0, "fail": 0.0, "inconclusive": 0.0}
    for b in range(n + 1):
        chance_b = stats.binom.pmf(b, n, gained)
        if chance_b < 1e-8:
            continue
        for c in range(n - b + 1):
            chance = chance_b * stats.binom.pmf(c, n - b, lost / (1 - gained))
            if chance > 1e-9:
                found = tango(b, c, n, level=1 - 2 * ALPHA)
                counts[decide_non_inferior(found.low, found.high, MARGIN)] += chance
    return counts["pass"], counts["fail"], counts["inconclusive"]


def clustered(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for groups in (20, 40, 80, 160):
        for truth in (-MARGIN, 0.0):
            gained, lost = (0.1 + truth) / 2, (0.1 - truth) / 2
            decisions, passed = {"pass": 0, "fail": 0, "inconclusive": 0}, 0
            for _ in range(rounds):
                old, new, ids = clustered_flips(rng, groups, gained, lost, 0.3)
                decisions[gate(old, new, ids)] += 1
                passed += naive(old, new)
            shares = [percent(count / rounds) for count in decisions.values()]
            rows.append([str(groups), f"{100 * truth:+.0f} points", *shares, percent(passed / rounds)])
    return Table(
        "The gate on clustered cases, and A against A",
        f"Margin 5 points, a tenth of the cases flips, clusters of 2 to 8 with correlation 0.3; {rounds:,} rounds each. At 0 points "
        "both variants are the same version (A/A).",
        ["clusters", "true difference", "pass", "fail", "inconclusive", "a naive z-test passes"],
        rows,
        "A/A fails at most one time in twenty. A candidate as bad as the margin passes one time in twenty as well, with lumps like "
        "these a little more often while there are fewer than some 100 clusters (up to 7 %). The naive test, 'not significantly worse', passes nearly half of the bad candidates "
        "when cases are few, because it takes not knowing for being sure.",
    )


def promises(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for groups in (200, 400):
        rows.append(_kept(f"{groups} passes, alone", _alone, Spread("pass", 0.1, 0.1), groups, rounds, rng))
    passes = Spread("pass", 0.1, 0.1, cluster_size=5.0, drawn=_past(_flips, rng, passes=True))
    for groups in (20, 40, 60, 120, 240):
        rows.append(_kept(f"passes in {groups} clusters", _flips, passes, groups, rounds, rng))
    scores = Spread("score", None, 0.0, cluster_size=5.0, drawn=_past(_scores, rng, passes=False))
    for groups in (15, 40, 120):
        rows.append(_kept(f"scores in {groups} clusters", _scores, scores, groups, rounds, rng))
    return Table(
        "What the plan promises, and what the gate keeps",
        "Power at a true difference of 0, margin 5 points; a tenth of the passes flips, clusters of 2 to 8 as above; "
        f"{rounds:,} rounds each. The plan has seen a past run of 100,000 clusters, and so knows how much varies.",
        ["cases", "promised by assay plan", "kept by the gate", "apart"],
        rows,
        "Within three points. What a plan cannot know is how far its past run was typical: see the next table.",
    )


def pilots(rounds: int, seed: int) -> Table:
    """What the plan promises from a past run as small as people have."""
    rng, rows = np.random.default_rng(seed), []
    truth = _past(_flips, rng, passes=True)
    for groups in (40, 80, 160, 320):
        found = [_past(_flips, rng, passes=True, clusters=groups, rounds=200).power(80, MARGIN) for _ in range(rounds)]
        low, middle, high = np.quantile(found, (0.1, 0.5, 0.9))
        rows.append(
            [str(groups), percent(truth.power(80, MARGIN)), percent(middle), f"{percent(low)} to {percent(high)}"]
        )
    return Table(
        "How far a plan depends on its past run",
        f"The power of 80 clusters of passes, margin 5 points, as planned from a past run of so many clusters; {rounds:,} past runs each.",
        ["clusters of the past run", "true power", "planned: the middle one", "planned: eight in ten lie within"],
        rows,
        "A small past run says little of how much varies, and the plan that is made from it is as unsure.",
    )


Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray, np.ndarray]]


def _kept(told: str, draw: Draw, spread: Spread, groups: int, rounds: int, rng: np.random.Generator) -> list[str]:
    """A row: what is promised of data like these, and how often the gate passes them."""
    passed = sum(gate(*draw(rng, groups)) == "pass" for _ in range(rounds)) / rounds
    promised = spread.power(round(groups * spread.cluster_size), 1, MARGIN, alpha=ALPHA)
    return [told, percent(promised), percent(passed), f"{100 * (passed - promised):+.1f} points"]


def _past(
    draw: Draw, rng: np.random.Generator, *, passes: bool, clusters: int = 100_000, rounds: int = 8_000
) -> DrawnPower:
    old, new, ids = draw(rng, clusters)
    difference = new - old
    sums = [np.bincount(ids, values, minlength=clusters) for values in (np.ones(len(ids)), difference, difference**2)]
    return DrawnPower(PairedClusters(*sums, passes), rounds=rounds)


def _alone(rng: np.random.Generator, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    difference = rng.choice([1.0, -1.0, 0.0], size=groups, p=[0.05, 0.05, 0.9])
    old = np.where(difference == 1, 0.0, 1.0)
    return old, old + difference, np.full(groups, -1)


def _flips(rng: np.random.Generator, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return clustered_flips(rng, groups, 0.05, 0.05, 0.3)


def _scores(rng: np.random.Generator, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Skewed scores of two variants that are no different: a case keeps half of its scores whatever answers it."""
    first, ids = clustered_scores(rng, groups, 0.5)
    moved = (rng.random(groups) < 0.5)[ids] & (rng.random(len(ids)) < 0.5)
    second = np.where(moved, rng.beta(3, 0.75, size=groups)[ids], first)
    turned = (rng.random(groups) < 0.5)[ids]
    return np.where(turned, second, first), np.where(turned, first, second), ids
