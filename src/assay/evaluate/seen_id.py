"""Finding an id that stands twice among any number of cases, with the memory of a few.

The ids go into a private table on disk, which SQLite deletes with the connection, and are sorted there.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from assay.core.errors import StorageFailed

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Twice:
    """An id and its first two places, each as (number of the file, line)."""

    id: str
    first: tuple[int, int]
    second: tuple[int, int]


class SeenIds:
    """The ids and clusters of the cases so far; a context manager."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str | None, int, int]] = []

    def __enter__(self) -> Self:
        with _storing():
            self._table = sqlite3.connect("", isolation_level=None)  # no name: a temporary file
            for setting in ("temp_store=FILE", "cache_size=-1000", "journal_mode=OFF", "synchronous=OFF"):
                self._table.execute(f"PRAGMA {setting}")
            self._table.execute("CREATE TABLE seen (id TEXT, cluster TEXT, file INTEGER, line INTEGER)")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()

    def add(self, identifier: str, cluster: str | None, *, file: int, line: int) -> None:
        """Take in a case."""
        self._waiting.append((identifier, cluster, file, line))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def first_twice(self) -> Twice | None:
        """An id that stands twice, of several the one that comes first; None when all are different."""
        self._flush()
        with _storing():
            found = self._table.execute(
                "SELECT id FROM seen GROUP BY id HAVING count(*) > 1 ORDER BY min(rowid) LIMIT 1"
            ).fetchone()
            if found is None:
                return None
            first, second = self._table.execute(
                "SELECT file, line FROM seen WHERE id = ? ORDER BY rowid LIMIT 2", found
            ).fetchall()
        return Twice(found[0], first, second)

    def clusters(self) -> int:
        """How many clusters there are; a case without one is a cluster of its own."""
        self._flush()
        with _storing():
            (count,) = self._table.execute(
                "SELECT count(DISTINCT cluster) + count(*) - count(cluster) FROM seen"
            ).fetchone()
        return int(count)

    def _flush(self) -> None:
        with _storing():
            self._table.execute("BEGIN")
            self._table.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", self._waiting)
            self._table.execute("COMMIT")
        self._waiting.clear()


@contextlib.contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFailed(
            f"the ids of the cases cannot be compared: {error}",
            hint="make room in the folder for temporary files, or name another in TMPDIR",
            code="dataset.scratch",
        ) from None
