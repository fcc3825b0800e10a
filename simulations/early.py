"""Looking again and again: how often a candidate that is as bad as the margin passes, and what stopping early saves."""

import math

import numpy as np
from table import Table, percent

from assay.evaluate.gate_spec import LookRule
from assay.evaluate.gating.spending import alpha_at
from assay.stats.decision import decide_non_inferior, gate_level
from assay.stats.paired import tango
from assay.stats.sequence import Wealth

MARGIN = 0.05
ALPHA = 0.05
CASES = 2_000
LOOKS = 50


def watched(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    every = np.arange(CASES // LOOKS, CASES + 1, CASES // LOOKS)
    five = every[LOOKS // 5 - 1 :: LOOKS // 5]
    rule = LookRule(plan="obrien-fleming", at=five.tolist())
    spend = [alpha_at(rule, stage, alpha=ALPHA) for stage in range(1, len(five) + 1)]
    for truth in (-MARGIN, 0.0):
        gained, lost = (0.1 + truth) / 2, (0.1 - truth) / 2
        passes, used = {"fixed": 0, "naive": 0, "five": 0, "betting": 0}, {"naive": 0.0, "five": 0.0, "betting": 0.0}
        for _ in range(rounds):
            values = rng.choice([1.0, -1.0, 0.0], size=CASES, p=[gained, lost, 1 - gained - lost])
            passes["fixed"] += _gate_passes(values, ALPHA)
            over = every[_statistic(values)[every - 1] > 1.645]
            passes["naive"] += len(over) > 0
            used["naive"] += over[0] if len(over) else CASES
            done = next((n for n, alpha in zip(five, spend, strict=True) if _gate_passes(values[:n], alpha)), None)
            passes["five"] += done is not None
            used["five"] += done or CASES
            passed, took = _bet(values)
            passes["betting"] += passed
            used["betting"] += took
        cells = [percent(count / rounds) for count in passes.values()]
        cells += [f"{100 * (1 - took / rounds / CASES):.0f} %" for took in used.values()]
        rows.append([f"{100 * truth:+.0f} points", *cells])
    return Table(
        "Early stopping under 50 looks",
        f"{CASES:,} cases, a look after each {CASES // LOOKS} of them, margin 5 points, a tenth of the cases flips; {rounds:,} rounds each. "
        "The last three columns are the share of calls that stopping with a pass saves.",
        [
            "true difference", "the gate, one look", "z-test at each look", "the gate, 5 looks, O'Brien-Fleming", "betting, watched all along",
            "saved: z-test", "saved: 5 looks", "saved: betting",
        ],
        rows,
        "In the first row every pass is a wrong one, and at most 5 % are allowed. A z-test that is looked at 50 times passes about six times "
        "as many. A plan of five looks keeps what one look has, and the bets keep their promise at all times; both still stop early when "
        "a candidate is no different.",
    )  # fmt: skip


def _gate_passes(values: np.ndarray, alpha: float) -> bool:
    """The gate's decision on passes of cases on their own."""
    found = tango(int((values > 0).sum()), int((values < 0).sum()), len(values), level=gate_level(alpha))
    return decide_non_inferior(found.low, found.high, MARGIN) == "pass"


def _statistic(values: np.ndarray) -> np.ndarray:
    """The z statistic of 'not worse by the margin' after each case."""
    n = np.arange(1, len(values) + 1)
    mean = np.cumsum(values) / n
    variance = np.maximum(np.cumsum(values**2) / n - mean**2, 0.5 / n)
    return (mean + MARGIN) / np.sqrt(variance / n)


def _bet(values: np.ndarray) -> tuple[bool, int]:
    wealth, bar = Wealth(-MARGIN), -math.log(ALPHA)
    for number, value in enumerate(values.tolist(), 1):
        wealth.add(value)
        if wealth.most >= bar:
            return True, number
    return False, len(values)
