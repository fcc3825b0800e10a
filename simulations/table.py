"""A table of a simulation: a title, what is drawn, the rows, and a sentence on how to read it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    title: str
    drawn: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    reading: str

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", self.drawn, ""]
        lines += ["| " + " | ".join(self.head) + " |", "|" + "---|" * len(self.head)]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join([*lines, "", self.reading, ""])


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"
