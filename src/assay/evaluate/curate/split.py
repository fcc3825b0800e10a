"""Splitting a dataset for good: a cluster's side follows from its name and a seed, and from nothing else.

So a case never changes sides when others come or go, cases that share their origin stay together, and the same cluster
in another file is on the same side.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assay.core.errors import BadInput
from assay.evaluate.dataset import MAX_TAG_VALUES, MAX_TAGS, SPLIT, DatasetFile, cases_in, check_unique
from assay.evaluate.seen_id import SeenIds
from assay.evaluate.types import Case

MAX_SPLITS = 20
FEWEST = 10
"""Cases that a tag's value must have before a split without any is worth a word."""

_SPACE = 1 << 64


@dataclass(frozen=True, slots=True)
class Splits:
    """Names with their shares, which come to 1, and the seed."""

    shares: tuple[tuple[str, float], ...]
    seed: str

    def of(self, case: Case) -> str:
        """The split that the case is in."""
        group = f"case\n{case.id}" if case.cluster is None else f"cluster\n{case.cluster}"
        digest = hashlib.sha256(f"{self.seed}\n{group}".encode()).digest()
        point, passed = int.from_bytes(digest[:8]) / _SPACE, 0.0
        for name, share in self.shares:
            passed += share
            if point < passed:
                return name
        return self.shares[-1][0]

    def tag(self, case: Case) -> Case:
        """The case with the tag that says its split."""
        return replace(case, tags={**case.tags, SPLIT: self.of(case)})

    def only(self, name: str) -> Callable[[Case], Case | None]:
        """Keeps the cases of one split."""
        return lambda case: case if self.of(case) == name else None


@dataclass(slots=True)
class SplitReport:
    """What the splits come to.

    Attributes:
        cases: Split -> cases.
        clusters: Split -> clusters.
        tags: Tag -> value -> split -> cases.
        moved: How many cases said another split before.
    """

    cases: Counter[str] = field(default_factory=Counter)
    clusters: dict[str, int] = field(default_factory=dict)
    tags: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    moved: int = 0

    def add(self, case: Case, split: str) -> None:
        """Take in one case."""
        self.cases[split] += 1
        self.moved += case.tags.get(SPLIT, split) != split
        for name, value in case.tags.items():
            if name == SPLIT or (name not in self.tags and len(self.tags) >= MAX_TAGS):
                continue
            values = self.tags.setdefault(name, {})
            if value in values or len(values) < MAX_TAG_VALUES:
                values.setdefault(value, Counter())[split] += 1

    def missing(self) -> list[tuple[str, str, str]]:
        """Tag, value and split where the value has ``FEWEST`` cases or more, and none of them in that split."""
        return [
            (name, value, split)
            for name, values in self.tags.items()
            for value, counts in values.items()
            if counts.total() >= FEWEST
            for split in self.clusters
            if not counts[split]
        ]

    def as_dict(self, splits: Splits) -> dict[str, object]:
        """JSON-ready data."""
        total = self.cases.total()
        return {
            "seed": splits.seed,
            "splits": {
                name: {
                    "wanted": share,
                    "share": self.cases[name] / total,
                    "cases": self.cases[name],
                    "clusters": self.clusters[name],
                }
                for name, share in splits.shares
            },
            "tags": {
                name: {value: {split: counts[split] for split, _ in splits.shares} for value, counts in values.items()}
                for name, values in self.tags.items()
            },
            "missing": [{"tag": name, "value": value, "split": split} for name, value, split in self.missing()],
            "moved": self.moved,
        }


def read_splits(text: str, seed: str) -> Splits:
    """``train=0.2,dev=0.2,test=0.6``.

    Raises:
        BadInput: It is not of that form, a name stands twice, or the shares do not come to 1.
    """
    hint = "write NAME=SHARE,NAME=SHARE with shares that come to 1, such as dev=0.3,test=0.7"
    found: list[tuple[str, float]] = []
    for part in text.split(","):
        name, _, share = part.strip().partition("=")
        try:
            number = float(share)
        except ValueError:
            number = 0.0
        if (wrong := _wrong_split(name, share, number, dict(found))) is not None:
            raise BadInput(f"--into has {part.strip()!r}, {wrong}", hint=hint, code="dataset.into")
        found.append((name, number))
    total = sum(share for _, share in found)
    if abs(total - 1) > 1e-9 or len(found) > MAX_SPLITS:
        raise BadInput(f"the shares of --into come to {total:g}", hint=hint, code="dataset.into")
    return Splits(tuple(found), seed)


def _wrong_split(name: str, share: str, number: float, before: Mapping[str, float]) -> str | None:
    """What is wrong with one part of ``--into``."""
    if not name or set(name) & set("[] \t\n"):
        return "which has no name" if not name else f"and {name!r} is not a name: it has spaces or brackets"
    if name in before:
        return "whose name stands twice"
    if not share:
        return "which has no share"
    return None if 0 < number <= 1 else f"and {share!r} is not a share above 0 and up to 1"


def look_at_splits(file: DatasetFile, splits: Splits) -> SplitReport:
    """What the splits of a file come to.

    Raises:
        BadInput: A row is wrong, an id stands twice, or a split gets no case.
    """
    report = SplitReport()
    numbers = {name: i for i, (name, _) in enumerate(splits.shares)}
    with SeenIds() as seen:
        for case in cases_in(file):
            split = splits.of(case)
            seen.add(case, file=numbers[split])
            report.add(case, split)
        check_unique(seen)
        report.clusters = {name: seen.clusters(number) for name, number in numbers.items()}
    _check_full(file, splits, report.clusters)
    return report


def _check_full(file: DatasetFile, splits: Splits, clusters: dict[str, int]) -> None:
    empty: Sequence[str] = [name for name, number in clusters.items() if not number]
    if empty:
        raise BadInput(
            f"the split {empty[0]!r} gets none of the {sum(clusters.values())} clusters of {file.name}",
            hint=f"take another --seed than {splits.seed!r}, a larger share, or more clusters",
            code="dataset.empty_split",
        )
