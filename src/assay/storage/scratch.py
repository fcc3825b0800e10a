"""A private table on disk for what does not fit into memory and is needed for a moment only.

SQLite deletes it with the connection. It survives nothing, so nothing is ever synchronised.
"""

import contextlib
import sqlite3
from collections.abc import Iterator

from assay.core.errors import StorageFailed


def open_scratch(schema: str) -> sqlite3.Connection:
    """A connection in autocommit mode to a database without a name, with the tables of ``schema``.

    Raises:
        StorageFailed: There is no room for temporary files.
    """
    with scratching():
        connection = sqlite3.connect("", isolation_level=None)  # no name: a temporary file
        for setting in ("temp_store=FILE", "cache_size=-1000", "journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.executescript(schema)
    return connection


@contextlib.contextmanager
def scratching() -> Iterator[None]:
    """Turns what goes wrong with a scratch table into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFailed(
            f"the cases cannot be compared: {error}",
            hint="make room in the folder for temporary files, or name another in TMPDIR",
            code="dataset.scratch",
        ) from None
