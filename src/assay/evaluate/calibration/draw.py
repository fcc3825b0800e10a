"""Which cases people shall label: drawn at random within strata, so that rare verdicts are seen often enough.

A stratum is a pattern of the judge's verdicts over the variants. Half of the cases are shared out evenly over the
strata, the other half by their sizes. What that does to the figures is undone by weights: one over the chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.evaluate.calibration.types import JudgedCase

LEAST = 2
"""Cases of every stratum that has so many: less says nothing of how they vary."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case that was drawn, and with what chance, in (0, 1]."""

    case: JudgedCase
    chance: float


def draw_cases(cases: Sequence[JudgedCase], n: int, *, seed: int) -> list[Drawn]:
    """``n`` cases (all of them when there are no more), in the order of the run.

    Args:
        cases: The judged cases.
        n: How many to draw.
        seed: The same seed draws the same cases of the same run.
    """
    strata: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        strata.setdefault(case.pattern, []).append(place)
    shares = allocate({name: len(places) for name, places in strata.items()}, n)
    rng = np.random.default_rng(seed)
    drawn: dict[int, float] = {}
    for name in sorted(strata):
        places = strata[name]
        for chosen in rng.permutation(len(places))[: shares[name]]:
            drawn[places[int(chosen)]] = shares[name] / len(places)
    return [Drawn(cases[place], drawn[place]) for place in sorted(drawn)]


def allocate(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """How many to draw of each stratum; never more than there are, and together ``n`` where there are so many."""
    names = sorted(sizes)
    wanted = min(n, sum(sizes.values()))
    found = {name: min(sizes[name], LEAST) for name in names}
    if sum(found.values()) > wanted:  # more strata than cases to draw: the largest ones first
        found = dict.fromkeys(names, 0)
    total = sum(sizes.values()) or 1
    while sum(found.values()) < wanted:
        # The one that lacks most of its due; the name decides between equals.
        due = {name: wanted * (0.5 / len(names) + 0.5 * sizes[name] / total) - found[name] for name in names}
        free = [name for name in names if found[name] < sizes[name]]
        found[max(free, key=lambda name: (due[name], sizes[name], name))] += 1
    return found
