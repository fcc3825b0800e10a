"""Shards: stretches of a plan that are run as a whole. Pure; where they are kept is ``shared_folder.py``'s."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shard:
    """The samples from ``start`` up to and without ``stop``."""

    index: int
    start: int
    stop: int

    @property
    def rows_file(self) -> str:
        """The file of its rows; it is there once the shard is done."""
        return f"{self.index:07}.jsonl"

    @property
    def replies_file(self) -> str:
        """The file of the replies that were paid for; it is there before the rows are."""
        return f"{self.index:07}.replies"


def cut(total: int, size: int) -> Iterator[Shard]:
    """The whole plan as shards of that size; the last may be smaller."""
    for index, start in enumerate(range(0, total, size)):
        yield Shard(index, start, min(start + size, total))
