"""The cases of a run that may end early: all in memory, cluster by cluster in random order.

The order of a dataset is no random order: it was written topic by topic, or day by day. What is decided by the first of
its cases would be decided about those. So a run that may end early draws an order of its own, by a seed that is kept in
its plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from assay.core.errors import BadInput
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.watch import CannotWatch, WatchSpec, check_watchable
from assay.evaluate.types import Case, Suite

SEED = 0


@dataclass(frozen=True, slots=True)
class Shuffled:
    """The cases in their order, and how their run is watched."""

    cases: list[Case]
    watch: WatchSpec


def shuffle(suite: Suite, cases: Iterable[Case], *, seed: int = SEED) -> Shuffled:
    """The suite's cases in random order, those of a cluster behind one another.

    Raises:
        BadInput: The suite's gate cannot be watched.
    """
    try:
        check_watchable(suite.gate or GateSpec())
    except CannotWatch as error:
        raise BadInput(
            f"the gate of {suite.name} cannot be watched: {error}",
            hint="leave --stop-early out, or keep to compare, at_least, and metrics with a margin or at_least",
            code="suite.stop_early",
            where=suite.document.at("gate"),
        ) from None
    groups: dict[str, list[Case]] = {}
    for number, case in enumerate(cases):
        groups.setdefault(f"case {number}" if case.cluster is None else f"cluster {case.cluster}", []).append(case)
    listed = list(groups.values())
    order = np.random.default_rng(seed).permutation(len(listed))
    largest = max((len(group) for group in listed), default=1)
    return Shuffled([case for place in order for case in listed[int(place)]], WatchSpec(seed=seed, largest=largest))
