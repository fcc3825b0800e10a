"""Judges that err: how often a 95 % interval holds the true pass rate, with and without correction."""

import numpy as np
from table import Table, percent

from assay.evaluate.calibration.draw import allocate
from assay.stats.correction import (
    JudgeCounts,
    Uninformative,
    calibrated_mean,
    rogan_gladen,
    rogan_gladen_difference,
)
from assay.stats.interval import Interval
from assay.stats.paired import tango
from assay.stats.proportion import wilson

CASES, LABELS, TRUTH = 1_000, 150, 0.7


def corrected(rounds: int, seed: int) -> Table:
    rng, rows = np.random.default_rng(seed), []
    for sensitivity, specificity in ((0.95, 0.9), (0.9, 0.6), (0.7, 0.7), (0.6, 0.5)):
        hits, widths = np.zeros(4), np.zeros(4)
        for _ in range(rounds):
            right = rng.random(CASES) < TRUTH
            said = np.where(right, rng.random(CASES) < sensitivity, rng.random(CASES) >= specificity).astype(float)
            known = np.zeros(CASES, dtype=bool)
            known[rng.choice(CASES, LABELS, replace=False)] = True
            labels = np.where(known, right.astype(float), np.nan)
            found = [wilson(int(said.sum()), CASES), _rogan_gladen(said, right, known)]
            found += [calibrated_mean(said, labels).interval, calibrated_mean(said, labels, weight=0.0).interval]
            ends = np.array([(one.low, one.high) for one in found])
            hits += (ends[:, 0] <= TRUTH) & (ends[:, 1] >= TRUTH)
            widths += ends[:, 1] - ends[:, 0]
        cells = [f"{percent(h)} ({w:.3f})" for h, w in zip(hits / rounds, widths / rounds, strict=True)]
        rows.append([f"{100 * sensitivity:.0f} % / {100 * specificity:.0f} %", *cells])
    return Table(
        "Pass rates that a judge says",
        f"True rate {100 * TRUTH:.0f} %, {CASES:,} judged replies of which {LABELS} are labelled; {rounds:,} rounds each. In brackets the mean width.",
        ["sensitivity / specificity", "judged", "Rogan-Gladen", "PPI++", "labels alone"],
        rows,
        "What the judge says is sure of the wrong number. PPI++ holds whatever the judge is like, and is never wider than the labels alone.",
    )


def _rogan_gladen(said: np.ndarray, right: np.ndarray, known: np.ndarray):
    counts = JudgeCounts(
        int((right & known).sum()),
        int((right & known & (said == 1)).sum()),
        int((~right & known).sum()),
        int((~right & known & (said == 0)).sum()),
    )
    try:
        return rogan_gladen(float(said.sum()), len(said), counts)
    except Uninformative:
        return wilson(0, 0)  # nothing is known


def compared(rounds: int, seed: int) -> Table:
    """Differences under a judge: what passes of candidates that are worse by the whole margin."""
    rng, rows = np.random.default_rng(seed), []
    for cases, drawn, sens, spec, base, worse in (
        (400, 20, 0.95, 0.9, 0.9, 0.05),
        (400, 60, 0.9, 0.7, 0.8, 0.1),
        (1000, 60, 0.9, 0.6, 0.9, 0.03),
        (2000, 60, 0.98, 0.5, 0.97, 0.02),
    ):
        found: dict[str, list[Interval]] = {"judged": [], "ppi": [], "errors": []}
        for _ in range(rounds):
            old, said_old = _world(rng, cases, base, sens, spec)
            new = old & ~(rng.random(cases) < worse / base)
            again = np.where(new, rng.random(cases) < sens, rng.random(cases) >= spec)
            said_new = np.where(new == old, said_old, again)
            said, truth = said_new * 1.0 - said_old, new * 1.0 - old
            judged = tango(int((said > 0).sum()), int((said < 0).sum()), cases, level=0.9)
            labels, chances, pattern = _labelled(rng, truth, said_old, said_new, drawn)
            known = calibrated_mean(said, labels, chances, level=0.9, bounds=(-1.0, 1.0), strata=pattern)
            right, wrong = (int(rng.binomial(drawn, share)) for share in (sens, spec))
            found["judged"].append(judged)
            found["ppi"].append(known.interval)
            found["errors"].append(_stretched(judged, JudgeCounts(drawn, right, drawn, wrong)))
        cells = [percent(float(np.mean([one.low > -worse for one in of]))) for of in found.values()]
        width = [f"{float(np.mean([one.high - one.low for one in of])):.3f}" for of in found.values()]
        told = [f"{cell} ({wide})" for cell, wide in zip(cells, width, strict=True)]
        rows.append(
            [f"{cases:,} / {drawn}", f"{100 * sens:.0f} % / {100 * spec:.0f} %", f"{100 * worse:.0f} points", *told]
        )
    return Table(
        "The gate under a judge",
        "A candidate that is worse by the whole margin: how often it passes, of which 5 % are allowed; "
        f"{rounds:,} rounds each. In brackets the mean width of the 90 % interval.",
        [
            "cases / labels",
            "sensitivity / specificity",
            "margin",
            "as judged",
            "PPI++, labels of this run",
            "Rogan-Gladen",
        ],
        rows,
        "As judged, a weak judge lets bad candidates through: it sees less of a difference than there is. Both corrections keep "
        "the promise, and pay for it in width; what labels cannot show, they do not claim.",
    )


def _world(rng: np.random.Generator, cases: int, base: float, sens: float, spec: float):
    truth = rng.random(cases) < base
    return truth, np.where(truth, rng.random(cases) < sens, rng.random(cases) >= spec)


def _labelled(rng: np.random.Generator, truth, said_old, said_new, drawn: int):
    """Labels drawn within the patterns of verdicts, half evenly and half by size, as a sheet is."""
    pattern = 2 * said_old + said_new
    sizes = {str(stratum): int((pattern == stratum).sum()) for stratum in np.unique(pattern)}
    labels, chances = np.full(len(truth), np.nan), np.ones(len(truth))
    for stratum, wanted in allocate(sizes, drawn).items():
        places = np.flatnonzero(pattern == int(stratum))
        chosen = rng.permutation(places)[:wanted]
        labels[chosen] = truth[chosen]
        chances[places] = max(wanted, 1) / len(places)
    return labels, chances, pattern


def _stretched(judged: Interval, counts: JudgeCounts) -> Interval:
    try:
        return rogan_gladen_difference(judged, counts)
    except Uninformative:
        return Interval(judged.value, -1.0, 1.0, judged.n, judged.level, "none")
