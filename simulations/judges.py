"""Judges that err: how often a 95 % interval holds the true pass rate, with and without correction."""

import numpy as np
from table import Table, percent

from assay.stats.correction import JudgeCounts, Uninformative, calibrated_mean, rogan_gladen
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
