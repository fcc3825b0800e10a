"""What the cases of a dataset have in common: which inputs and tags there are, and values of what kinds.

A table needs its columns before its first row. One pass over the cases finds them; no case is kept.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from assay.core.errors import BadInput
from assay.evaluate.types import Case

Kind = Literal["text", "empty", "odd", "bracket", "integer", "large", "float", "fine", "flag", "null", "json"]
"""What a value is, as tables see it.

``empty`` is text without a character; ``odd`` is text with control characters, or that Excel takes for an escape;
``bracket`` is text that starts as JSON's objects and lists do; ``large`` is an integer that a double cannot hold;
``fine`` is a number with more than 15 digits, which spreadsheets round.
"""

MAX_COLUMNS = 2_000
MAX_LABELS = 50

_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_LARGEST = 2**53


def kind_of(value: object) -> Kind:
    """What a value is, as tables see it."""
    if isinstance(value, str):
        if not value:
            return "empty"
        if _ODD.search(value):
            return "odd"
        return "bracket" if value.lstrip()[:1] in ("{", "[") else "text"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int):
        return "integer" if abs(value) <= _LARGEST else "large"
    if value is None:
        return "null"
    if isinstance(value, float):
        return "float" if float(f"{value:.15g}") == value else "fine"
    return "json"


@dataclass(slots=True)
class Column:
    """One input, tag or the expected value over all cases: how many have it, and values of what kinds."""

    seen: int = 0
    kinds: set[Kind] = field(default_factory=set)
    longest: int = 0

    def add(self, value: object) -> None:
        """Take in the value of one case."""
        self.seen += 1
        self.kinds.add(kind_of(value))
        if isinstance(value, str) and len(value) > self.longest:
            self.longest = len(value)


class Shape:
    """The columns that a table of the cases needs, in the order of their first use.

    Attributes:
        cases: How many there are.
        inputs: By name.
        tags: By name.
        expected: ``seen`` is 0 when no case says what it expects.
        ids: The ids.
        clusters: ``seen`` is 0 when no case names a cluster.
        labels: The different expected texts, while they are at most ``MAX_LABELS``; None when there are more, or
            one is longer than a label is.
    """

    def __init__(self, cases: Iterable[Case] = ()) -> None:
        self.cases = 0
        self.inputs: dict[str, Column] = {}
        self.tags: dict[str, Column] = {}
        self.expected = Column()
        self.ids = Column()
        self.clusters = Column()
        self.labels: set[str] | None = set()
        for case in cases:
            self.add(case)

    def add(self, case: Case) -> None:
        """Take in one case.

        Raises:
            BadInput: There are more than ``MAX_COLUMNS`` different names.
        """
        self.cases += 1
        for columns, values in ((self.inputs, case.inputs), (self.tags, case.tags)):
            for name, value in values.items():
                column = columns.get(name)
                if column is None:
                    column = self._new(columns, name, case)
                column.add(value)
        self.ids.add(case.id)
        if case.cluster is not None:
            self.clusters.add(case.cluster)
        if case.has_expected:
            self.expected.add(case.expected)
            self._add_label(case.expected)

    def _add_label(self, value: object) -> None:
        if self.labels is None or not isinstance(value, str):
            return
        self.labels.add(value)
        if len(self.labels) > MAX_LABELS or len(value) > 64 or not value.strip():
            self.labels = None

    def _new(self, columns: dict[str, Column], name: str, case: Case) -> Column:
        if len(self.inputs) + len(self.tags) >= MAX_COLUMNS:
            raise BadInput(
                f"the cases have more than {MAX_COLUMNS:,} different inputs and tags",
                hint="put what differs from case to case into one input",
                code="dataset.columns",
                where=case.where,
            )
        columns[name] = Column()
        return columns[name]
