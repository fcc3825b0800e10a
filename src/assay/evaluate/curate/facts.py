"""What a dataset is: how many cases, clusters and tags, how long its texts are, and its digest."""

from collections import Counter
from dataclasses import dataclass, field

from assay.evaluate.dataset import DatasetFacts, DatasetFile, check_files
from assay.evaluate.dataset_format import json_text
from assay.evaluate.types import Case

MAX_INPUTS = 50


@dataclass(slots=True)
class Lengths:
    """How long the values of one part of the cases are, in characters; what is no text counts as its JSON."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, value: object) -> None:
        """Take in the value of one case."""
        self.counts[len(value if isinstance(value, str) else json_text(value))] += 1

    def quantile(self, share: float) -> int:
        """The smallest length that at least that share of the values do not exceed."""
        wanted, passed = share * self.counts.total(), 0
        for length in sorted(self.counts):
            passed += self.counts[length]
            if passed >= wanted:
                return length
        return 0

    def as_dict(self) -> dict[str, int]:
        """``cases`` that have it, and the lengths' ``least``, ``median``, ``p95`` and ``most``."""
        return {
            "cases": self.counts.total(),
            "least": min(self.counts, default=0),
            "median": self.quantile(0.5),
            "p95": self.quantile(0.95),
            "most": max(self.counts, default=0),
        }


@dataclass(slots=True)
class DatasetView:
    """One dataset, looked at: its facts, and the lengths by part of a case (``inputs.NAME``, ``expected``)."""

    name: str
    facts: DatasetFacts
    lengths: dict[str, Lengths]

    @property
    def digest(self) -> str:
        """The digest of its cases."""
        return self.facts.digests[self.name]

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data."""
        return {
            "file": self.name,
            "digest": self.digest,
            "cases": self.facts.cases,
            "clusters": self.facts.clusters,
            "tags": self.facts.tags,
            "cut_tags": sorted(self.facts.cut_tags),
            "lengths": {part: lengths.as_dict() for part, lengths in self.lengths.items()},
        }


def look_at(file: DatasetFile) -> DatasetView:
    """Read a dataset once.

    Raises:
        BadInput: A row is wrong, or an id stands twice.
    """
    lengths: dict[str, Lengths] = {}

    def add(part: str, value: object) -> None:
        if part not in lengths:
            if len(lengths) > MAX_INPUTS:
                return
            lengths[part] = Lengths()
        lengths[part].add(value)

    def check(case: Case) -> None:
        for name, value in case.inputs.items():
            add(f"inputs.{name}", value)
        if case.has_expected:
            add("expected", case.expected)

    facts = check_files({file.name: file}, check=check)
    return DatasetView(file.name, facts, lengths)
