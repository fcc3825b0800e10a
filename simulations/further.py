"""How often further intervals at 95 % hold the truth: ratios, reliability over attempts, agreement, sequences that are watched."""

import math
from functools import partial

import numpy as np
from draw import sizes
from scipy import stats
from table import Table, percent

from assay.stats.agreement import cohen_kappa, gwet_ac1
from assay.stats.attempts import over_cases, pass_hat_k
from assay.stats.ratio import log_ratio
from assay.stats.sequence import confidence_sequence

RATIO = 1.1
KAPPA = 0.6
WATCHED = 400


def ratios(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for groups in (15, 30, 100):
        hits = np.zeros(2)
        for number in range(rounds):
            ids = np.repeat(np.arange(groups), sizes(rng, groups))
            baseline = rng.lognormal(7, 1, size=len(ids))
            logs = math.log(RATIO) + 0.2 * rng.normal(size=groups)[ids] + 0.3 * rng.normal(size=len(ids))
            candidate = baseline * np.exp(logs)
            found = [log_ratio(baseline, candidate, names, seed=number).interval for names in (ids, None)]
            hits += [one.low <= RATIO <= one.high for one in found]
        rows.append([str(groups), *(percent(share) for share in hits / rounds)])
    return Table(
        "Ratios of cost and latency",
        f"Log-normal amounts, the candidate takes 1.1 times as much, clusters of 2 to 8 that go together; {rounds:,} rounds each.",
        ["clusters", "geometric mean of ratios", "the same, clusters ignored"],
        rows,
        "Below 30 clusters it is the bootstrap's interval, which is a little too narrow there; the gate takes the more cautious of that and t.",
    )


def reliability(rounds: int, seed: int) -> Table:
    rng, rows, attempts, k = np.random.default_rng(seed), [], 8, 3
    truth = float(stats.beta(4, 1).moment(k))
    figure = np.array([pass_hat_k(attempts, passed, k) for passed in range(attempts + 1)])
    for cases in (15, 40, 150):
        hits = np.zeros(2)
        for number in range(rounds):
            passed = rng.binomial(attempts, rng.beta(4, 1, size=cases))
            found = over_cases(figure[passed], seed=number)
            plain = (passed / attempts).mean()
            half = 1.96 * math.sqrt(plain * (1 - plain) / (cases * attempts))
            hits += [found.low <= truth <= found.high, (plain - half) ** k <= truth <= (plain + half) ** k]
        rows.append([str(cases), *(percent(share) for share in hits / rounds)])
    return Table(
        "Reliability over attempts",
        f"pass^3 from 8 attempts a case; the cases' own rates have the mean 80 %; {rounds:,} rounds each.",
        ["cases", "pass^3 over cases", "the pass rate to the power of 3"],
        rows,
        "To take the pass rate to a power supposes that all cases are equally hard. They are not, and the answer is wrong however many there are.",
    )


def agreement(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for cases in (30, 100, 300):
        for rate in (0.5, 0.8):
            truth = {"kappa": KAPPA, "ac1": _true_ac1(rate)}
            hits = np.zeros(2)
            for number in range(rounds):
                first = rng.random(cases) < rate
                second = np.where(rng.random(cases) < KAPPA, first, rng.random(cases) < rate)
                pair = (first.tolist(), second.tolist())
                made = [
                    partial(one, *pair, order=[False, True], seed=number, resamples=400)
                    for one in (cohen_kappa, gwet_ac1)
                ]
                found = [make() for make in made]
                hits += [one.low <= true <= one.high for one, true in zip(found, truth.values(), strict=True)]
            rows.append([str(cases), f"{100 * rate:.0f} %", *(percent(share) for share in hits / rounds)])
    return Table(
        "Agreement of two raters",
        f"Passes and failures; true κ 0.6; {rounds:,} rounds each.",
        ["cases", "pass rate", "Cohen's κ", "Gwet's AC1"],
        rows,
        "The intervals hold from 30 labels on; with so few they are wide.",
    )


def _true_ac1(rate: float) -> float:
    agree = KAPPA + (1 - KAPPA) * (rate**2 + (1 - rate) ** 2)
    chance = 2 * rate * (1 - rate)
    return (agree - chance) / (1 - chance)


def sequences(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    looks = np.arange(20, WATCHED + 1, 20)
    for rate in (0.5, 0.9):
        hits = np.zeros(3)
        for _ in range(rounds):
            values = (rng.random(WATCHED) < rate).astype(float)
            low, high = confidence_sequence(values)[looks - 1].T
            means = np.array([values[:n].mean() for n in looks])
            half = 1.96 * np.sqrt(means * (1 - means) / looks)
            inside = np.abs(means - rate) <= half
            hits += [((low <= rate) & (rate <= high)).all(), inside.all(), inside[-1]]
        rows.append([f"{100 * rate:.0f} %", *(percent(share) for share in hits / rounds)])
    return Table(
        "Intervals that are watched",
        f"Pass rates, looked at after each 20 of {WATCHED} cases: how often the interval holds the truth at every look; {rounds:,} rounds each.",
        [
            "true rate",
            "confidence sequence, every look",
            "± 1.96 standard errors, every look",
            "the same, at the last look alone",
        ],
        rows,
        "An interval made for one look holds at one look. A confidence sequence holds at all of them together.",
    )
