"""The gate: how often it passes, fails and leaves open what is truly so much better or worse; A against A; promise and power."""

import math

import numpy as np
from draw import clustered_flips
from scipy import stats
from table import Table, percent

from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.gating.case_column import Block
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.planning.spread import Spread
from assay.evaluate.types import VariantLabel
from assay.stats.decision import decide_non_inferior
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
        "A/A fails at most one time in twenty. A candidate as bad as the margin passes one time in twenty as well, with 40 to 80 such "
        "clusters a little more often (up to 7 %). The naive test, 'not significantly worse', passes nearly half of the bad candidates "
        "when cases are few, because it takes not knowing for being sure.",
    )


def promises(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for groups, correlation in ((100, 0.0), (200, 0.0), (60, 0.3), (120, 0.3), (240, 0.3)):
        spread = _truth(correlation)
        passed, cases = 0, 0
        for _ in range(rounds):
            if correlation:
                old, new, ids = clustered_flips(rng, groups, 0.05, 0.05, correlation)
            else:
                n = groups * 2
                difference = rng.choice([1.0, -1.0, 0.0], size=n, p=[0.05, 0.05, 0.9])
                old = np.where(difference == 1, 0.0, 1.0)
                new, ids = old + difference, np.full(n, -1)
            cases += len(old)
            passed += gate(old, new, ids) == "pass"
        n = round(cases / rounds)
        promised = spread.power(n, 1, MARGIN, alpha=ALPHA)
        kept = passed / rounds
        told = f"{n} in {groups} clusters" if correlation else str(n)
        rows.append([told, percent(promised), percent(kept), f"{100 * (kept - promised):+.1f} points"])
    return Table(
        "What the plan promises, and what the gate keeps",
        f"Power at a true difference of 0, margin 5 points, a tenth of the cases flips; {rounds:,} rounds each. The plan knows how much varies.",
        ["cases", "promised by assay plan", "kept by the gate", "apart"],
        rows,
        "Within three points, from about 100 clusters on. With 60 the plan promises some points too little.",
    )


def _truth(correlation: float) -> Spread:
    """The spread of the data that are drawn: clusters of 2 to 8, of mean size 5 and mean squared size 29."""
    if not correlation:
        return Spread("pass", 0.1, 0.1)
    return Spread("pass", 0.1, 0.1, effect=1 + (29 / 5 - 1) * correlation, cluster_size=5.0)
