"""Opening an SQLite file the way all of Assay does: WAL, bounded waiting, and errors in one sentence.

A committed transaction survives the death of the process at once, and of the machine after the next
``sync``; ``synchronous=NORMAL`` makes a commit cost microseconds.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assay.core.errors import StorageFailed
from assay.storage.whole_file import reason_of

Migration = str

WAIT_S = 30.0
"""How long a statement waits for another process that is writing."""

PAUSE_S = 0.005


def open_database(file: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """A connection in autocommit mode, with every migration applied once and in order.

    Args:
        file: The database; its folder is made.
        migrations: SQL scripts; the file remembers how many it has seen (``user_version``).

    Raises:
        StorageFailed: The file cannot be opened, is no database, or comes from a newer Assay.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, isolation_level=None, timeout=WAIT_S, cached_statements=64)
    except (sqlite3.Error, OSError) as error:
        raise storage_failed(file, error) from None
    try:
        _set_up(connection, migrations, file)
    except sqlite3.Error as error:
        connection.close()
        raise storage_failed(file, error) from None
    except StorageFailed:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, migrations: Sequence[Migration], file: Path) -> None:
    _to_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA temp_store=MEMORY")
    _migrate(connection, migrations, file)


def _to_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL, also while another process does the same to a file that is new to both.

    SQLite waits for a lock that others hold, but not for this one: it says at once that the database is locked.
    """
    until_s = time.monotonic() + WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until_s:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], file: Path) -> None:
    (seen,) = connection.execute("PRAGMA user_version").fetchone()
    if seen > len(migrations):
        raise StorageFailed(
            f"{file} was written by a newer version of Assay",
            hint="upgrade, or move the file away; it holds only what can be made again",
            code="storage.newer",
        )
    if seen == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    (seen,) = connection.execute("PRAGMA user_version").fetchone()
    for script in migrations[seen:]:
        connection.execute(script)
    connection.execute(f"PRAGMA user_version={len(migrations)}")
    connection.execute("COMMIT")


def storage_failed(file: Path, error: Exception) -> StorageFailed:
    """The error for a store that cannot be read or written."""
    return StorageFailed(
        f"{file} cannot be used: {reason_of(error)}",
        hint="check its permissions and the free space on its disk; if the file is damaged, move it away",
        code="storage.failed",
    )


def sync(file: Path, *, fsync: Callable[[int], None] = os.fsync) -> None:
    """Have what was committed reach the disk itself, so that it survives a power cut too."""
    for path in (file.with_name(file.name + "-wal"), file):
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fsync(handle)
        finally:
            os.close(handle)
