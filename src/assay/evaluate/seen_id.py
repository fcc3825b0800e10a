"""What can only be said of all cases together, with the memory of a few: ids that stand twice, clusters, digests.

Ids and digests go into a private table on disk, which SQLite deletes with the connection, and are sorted there.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from assay.core.location import Location
from assay.evaluate.case_digest import case_digest, dataset_digest
from assay.evaluate.types import Case
from assay.storage.scratch import open_scratch, scratching

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Twice:
    """An id and its first two places."""

    id: str
    first: Location
    second: Location


class SeenIds:
    """The ids, clusters and digests of the cases so far; a context manager."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str | None, bytes, int, int | None, str | None]] = []
        self._names: dict[int, str] = {}

    def __enter__(self) -> Self:
        self._table = open_scratch(
            "CREATE TABLE seen (id TEXT, cluster TEXT, digest BLOB, file INTEGER, line INTEGER, place TEXT)"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()

    def add(self, case: Case, *, file: int = 0) -> None:
        """Take in a case of the dataset with that number."""
        where = case.where
        self._names.setdefault(file, where.file)
        self._waiting.append((case.id, case.cluster, case_digest(case), file, where.line, where.path))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def first_twice(self) -> Twice | None:
        """An id that stands twice, of several the one that comes first; None when all are different."""
        self._flush()
        with scratching():
            found = self._table.execute(
                "SELECT id FROM seen GROUP BY id HAVING count(*) > 1 ORDER BY min(rowid) LIMIT 1"
            ).fetchone()
            if found is None:
                return None
            first, second = self._table.execute(
                "SELECT file, line, place FROM seen WHERE id = ? ORDER BY rowid LIMIT 2", found
            ).fetchall()
        return Twice(found[0], self._place(*first), self._place(*second))

    def digest(self, file: int = 0) -> str:
        """The digest of the dataset with that number, by the content of its cases."""
        self._flush()
        with scratching():
            rows = self._table.execute("SELECT digest FROM seen WHERE file = ? ORDER BY id, digest", (file,))
            return dataset_digest(digest for (digest,) in rows)

    def _place(self, file: int, line: int | None, place: str | None) -> Location:
        return Location(self._names[file], line, None, place)

    def clusters(self, file: int | None = None) -> int:
        """How many clusters there are, in all datasets or in one; a case without one is a cluster of its own."""
        self._flush()
        with scratching():
            (count,) = self._table.execute(
                "SELECT count(DISTINCT cluster) + count(*) - count(cluster) FROM seen WHERE ? IS NULL OR file = ?",
                (file, file),
            ).fetchone()
        return int(count)

    def _flush(self) -> None:
        with scratching():
            self._table.execute("BEGIN")
            self._table.executemany("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?)", self._waiting)
            self._table.execute("COMMIT")
        self._waiting.clear()
