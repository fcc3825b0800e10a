"""What a suite's cases cover: how many stand behind each tag and each pair of tags, and behind what users really do.

Flows are kinds of traffic, each with its share and the tags of the cases that stand for it.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location
from assay.evaluate.csv_table import csv_rows
from assay.evaluate.dataset_format import Feed
from assay.evaluate.json_items import objects
from assay.evaluate.types import Case

MAX_NAMES = 12
MAX_VALUES = 40
_TAG = "tags."


@dataclass(frozen=True, slots=True)
class Cell:
    """The cases with two tags at once."""

    tags: tuple[str, str]
    values: tuple[str, str]
    cases: int

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data."""
        return {"tags": list(self.tags), "values": list(self.values), "cases": self.cases}


@dataclass(slots=True)
class Flow:
    """A kind of traffic: its share of all, the tags that its cases have, and how many there are."""

    name: str
    weight: float
    tags: dict[str, str]
    where: Location
    cases: int = 0


class Coverage:
    """Cases counted by tag, by pair of tags and by flow.

    Args:
        names: The tags to look at; every one when empty.
        flows: The flows to look for.
    """

    def __init__(self, names: Sequence[str] = (), flows: Sequence[Flow] = ()) -> None:
        self.cases = 0
        self.outside = 0
        self.tags: dict[str, Counter[str]] = {}
        self.cut: set[str] = set()
        self.flows = list(flows)
        self._names = tuple(names)
        self._pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
        self._by_tags: dict[tuple[str, ...], dict[tuple[str, ...], list[Flow]]] = {}
        for flow in self.flows:
            keys = tuple(sorted(flow.tags))
            values = self._by_tags.setdefault(keys, {})
            values.setdefault(tuple(flow.tags[key] for key in keys), []).append(flow)

    def add(self, case: Case) -> None:
        """Take in one case."""
        self.cases += 1
        tags = {name: value for name, value in case.tags.items() if not self._names or name in self._names}
        for name, value in tags.items():
            self._count(name, value)
        for one, other in combinations(sorted(tags), 2):
            if one in self.tags and other in self.tags and not {one, other} & self.cut:
                self._pairs.setdefault((one, other), Counter())[tags[one], tags[other]] += 1
        hit = False
        for keys, values in self._by_tags.items():
            found = tuple(case.tags.get(key, "") for key in keys)
            for flow in values.get(found, ()):
                flow.cases += 1
                hit = True
        self.outside += bool(self.flows) and not hit

    def _count(self, name: str, value: str) -> None:
        if name not in self.tags:
            if len(self.tags) >= MAX_NAMES:
                return
            self.tags[name] = Counter()
        counts = self.tags[name]
        if value in counts or len(counts) < MAX_VALUES:
            counts[value] += 1
        elif name not in self.cut:  # a value for almost every case: a name, not a slice
            self.cut.add(name)
            for pair in [pair for pair in self._pairs if name in pair]:
                del self._pairs[pair]

    def check_names(self) -> None:
        """Complain about a tag that was asked for and that no case has.

        Raises:
            BadInput: There is one.
        """
        for name in self._names:
            if name not in self.tags:
                raise unknown_name("tag", name, self.tags, code="dataset.tag")

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The pairs of tags that are slices both, also those that no case has at once."""
        return combinations(sorted(self.tags.keys() - self.cut), 2)

    def cell(self, pair: tuple[str, str], values: tuple[str, str]) -> int:
        """The cases with those two values."""
        return self._pairs.get(pair, Counter())[values]

    def cells(self) -> Iterator[Cell]:
        """Every pair of values, those without a case among them."""
        for pair in self.pairs():
            for one in sorted(self.tags[pair[0]]):
                for other in sorted(self.tags[pair[1]]):
                    yield Cell(pair, (one, other), self.cell(pair, (one, other)))

    def thin(self, least: int) -> list[Cell]:
        """The cells with fewer cases, those first that should have the most if tags were independent."""

        def expected(cell: Cell) -> float:
            one, other = (self.tags[name][value] for name, value in zip(cell.tags, cell.values, strict=True))
            return one * other / self.cases

        return sorted((c for c in self.cells() if c.cases < least), key=lambda c: (-expected(c), c.tags, c.values))

    def thin_tags(self, least: int) -> list[tuple[str, str, int]]:
        """Tags whose value has fewer cases."""
        return [
            (name, value, number)
            for name, values in self.tags.items()
            if name not in self.cut
            for value, number in sorted(values.items())
            if number < least
        ]

    def share(self, flow: Flow) -> float:
        """The flow's part of all traffic that the list has."""
        return flow.weight / math.fsum(other.weight for other in self.flows)

    def covered(self, least: int = 1) -> float:
        """The share of traffic whose flow has at least so many cases."""
        return math.fsum(self.share(flow) for flow in self.flows if flow.cases >= least)

    def as_dict(self, least: int) -> dict[str, object]:
        """JSON-ready data."""
        flows = [
            {"flow": flow.name, "share": self.share(flow), "tags": flow.tags, "cases": flow.cases}
            for flow in self.flows
        ]
        return {
            "cases": self.cases,
            "least": least,
            "tags": {name: dict(sorted(values.items())) for name, values in self.tags.items()},
            "cut_tags": sorted(self.cut),
            "pairs": [cell.as_dict() for cell in self.cells() if cell.cases],
            "thin": [cell.as_dict() for cell in self.thin(least)],
            "flows": flows,
            "covered": self.covered() if flows else None,
            "outside": self.outside,
        }


def read_flows(feed: Feed, *, tag: str) -> list[Flow]:
    """The flows of a file: CSV with ``flow``, ``share`` and ``tags.NAME``, or JSON Lines with the same keys.

    Args:
        feed: The file.
        tag: The tag that a flow without tags is the value of.

    Raises:
        BadInput: A row has no name or no share, or there is no flow at all.
    """
    found = [_flow(row, where, tag) for row, where in _flow_rows(feed)]
    if not found or not math.fsum(flow.weight for flow in found):
        raise BadInput(
            "the file names no flow with a share above 0",
            hint="write rows such as refund,0.18,billing under flow,share,tags.intent",
            code="dataset.flows",
            where=Location(feed.file, 1),
        )
    return found


def _flow_rows(feed: Feed) -> Iterator[tuple[Mapping[str, object], Location]]:
    if feed.ending != ".csv":
        yield from objects(feed.handle, feed.file, lined=feed.ending != ".json")
        return
    for row in csv_rows(feed):
        yield dict(zip(row.header.names, row.cells, strict=False)), row.where


def _flow(row: Mapping[str, object], where: Location, tag: str) -> Flow:
    name = row.get("flow")
    if not isinstance(name, str) or not name.strip():
        raise _no_flow("the flow has no name", where)
    weight = _weight(row.get("share"))
    if not 0 <= weight < math.inf:
        raise _no_flow(f"the flow {name!r} has no share", where)
    given = row.get("tags")
    tags = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    tags |= {k.removeprefix(_TAG): str(v) for k, v in row.items() if k.startswith(_TAG) and v not in ("", None)}
    return Flow(name, weight, tags or {tag: name}, where)


def _weight(share: object) -> float:
    try:
        return float(share) if isinstance(share, (str, int, float)) and not isinstance(share, bool) else -1.0
    except ValueError:
        return -1.0


def _no_flow(what: str, where: Location) -> BadInput:
    return BadInput(
        what,
        hint="a row has 'flow', a name, and 'share', a number of 0 or more: a part of the traffic, or calls",
        code="dataset.flows",
        where=where,
    )
