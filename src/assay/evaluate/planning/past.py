"""The differences of a past run's cases, gathered by cluster while its rows are counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from assay.evaluate.gating.case_column import Block, Codes, Column, Floats
from assay.stats.drawn_power import PairedClusters


@dataclass(slots=True)
class PastClusters:
    """Takes in blocks of cases.

    Args:
        pairs: Metric -> the places of the candidate's and the baseline's column in a block.
    """

    pairs: Mapping[str, tuple[int, int]]
    _differences: dict[str, list[Floats]] = field(default_factory=dict)
    _clusters: list[Codes] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """Take in the cases of one block."""
        self._clusters.append(block.clusters)
        for metric, (candidate, baseline) in self.pairs.items():
            self._differences.setdefault(metric, []).append(block.values[candidate] - block.values[baseline])

    def of(self, metric: str) -> PairedClusters | None:
        """The metric's clusters; a case without one is a cluster of its own. None below two."""
        if metric not in self._differences:
            return None
        found, clusters = np.concatenate(self._differences[metric]), np.concatenate(self._clusters)
        known = ~np.isnan(found)
        found, clusters = found[known], clusters[known].copy()
        alone = clusters < 0
        clusters[alone] = clusters.max(initial=-1) + 1 + np.arange(np.count_nonzero(alone))
        _, place = np.unique(clusters, return_inverse=True)
        sizes = np.bincount(place).astype(np.float64)
        if len(sizes) < 2:
            return None
        passes = bool(np.isin(found, (-1.0, 0.0, 1.0)).all())
        sums, squares = (np.bincount(place, values).astype(np.float64) for values in (found, found**2))
        return PairedClusters(sizes, sums, squares, passes)


def pairs_of(columns: list[Column], candidate: str, baseline: str) -> dict[str, tuple[int, int]]:
    """Metric -> the places of the two variants' columns, for each metric that both have."""
    places = {column: place for place, column in enumerate(columns)}
    metrics = [column.metric for column in columns if column.variant == candidate]
    return {
        metric: (places[Column(candidate, metric)], places[Column(baseline, metric)])
        for metric in metrics
        if Column(baseline, metric) in places
    }
