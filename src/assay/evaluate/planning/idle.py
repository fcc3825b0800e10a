"""Which cases add least: those that came out alike under every variant of every run that is looked at.

They say nothing about which variant is better. To take them out would make every difference look larger than it
is, since they stand for what users send; but new cases like them are not worth their price.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from assay.evaluate.types import SampleRow

MOST_RUNS = 10
_MOST_CASES = 200_000


@dataclass(slots=True)
class Idle:
    """Counts, case by case, what came of it.

    Attributes:
        runs: How many runs were looked at.
    """

    runs: int = 0
    _passed: dict[str, int] = field(default_factory=dict)
    _n: dict[str, int] = field(default_factory=dict)
    _cluster: dict[str, str] = field(default_factory=dict)

    def add_run(self, rows: Iterable[SampleRow]) -> None:
        """Take in a run."""
        self.runs += 1
        for row in rows:
            if row.case not in self._n and len(self._n) >= _MOST_CASES:
                continue
            self._n[row.case] = self._n.get(row.case, 0) + 1
            self._passed[row.case] = self._passed.get(row.case, 0) + (row.status == "passed")
            if row.cluster is not None:
                self._cluster[row.case] = row.cluster

    @property
    def cases(self) -> int:
        """How many cases there were."""
        return len(self._n)

    @property
    def always_pass(self) -> list[str]:
        """Cases of which every sample passed, where there were at least two."""
        return [case for case, n in self._n.items() if n > 1 and self._passed[case] == n]

    @property
    def never_pass(self) -> list[str]:
        """Cases of which none passed, where there were at least two."""
        return [case for case, n in self._n.items() if n > 1 and self._passed[case] == 0]

    @property
    def crowded(self) -> list[tuple[str, int]]:
        """Clusters of several cases that all came out alike, the largest first: more of them add next to nothing."""
        of: dict[str, list[str]] = {}
        for case, cluster in self._cluster.items():
            of.setdefault(cluster, []).append(case)
        alike = [
            (cluster, len(cases))
            for cluster, cases in of.items()
            if len(cases) > 1 and len({self._passed[case] / self._n[case] for case in cases}) == 1
        ]
        return sorted(alike, key=lambda one: (-one[1], one[0]))
