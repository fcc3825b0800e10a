"""A database file opens the same way for everyone, moves on by migrations, and fails in one sentence."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from assay.core.errors import StorageFailed
from assay.storage.sqlite import open_database, storage_failed, sync

ONE = "CREATE TABLE notes (text TEXT NOT NULL)"
TWO = "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 0"


def columns(connection: sqlite3.Connection) -> list[str]:
    return [row[1] for row in connection.execute("PRAGMA table_info(notes)")]


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def refusal(act: Callable[[], object]) -> StorageFailed:
    with pytest.raises(StorageFailed) as caught:
        act()
    return caught.value


def test_the_folder_is_made_and_writers_do_not_block_readers(tmp_path):
    with closing(open_database(tmp_path / "deep/er/notes.db", [ONE])) as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 1
        assert pragma(connection, "busy_timeout") == 30_000


def test_migrations_run_once_each_and_in_order_and_keep_what_is_there(tmp_path):
    file = tmp_path / "notes.db"
    with closing(open_database(file, [ONE])) as first:
        first.execute("INSERT INTO notes VALUES ('kept')")
    with closing(open_database(file, [ONE, TWO])) as second:
        assert columns(second) == ["text", "stars"]
        assert second.execute("SELECT * FROM notes").fetchall() == [("kept", 0)]
    with closing(open_database(file, [ONE, TWO])) as third:
        assert pragma(third, "user_version") == 2


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path):
    file = tmp_path / "notes.db"
    open_database(file, [ONE]).close()

    error = refusal(lambda: open_database(file, [ONE, TWO, "CREATE NONSENSE"]))

    assert "cannot be used" in error.what
    with closing(open_database(file, [ONE])) as connection:
        assert columns(connection) == ["text"]


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    file = tmp_path / "notes.db"
    open_database(file, [ONE, TWO]).close()
    before = file.read_bytes()

    error = refusal(lambda: open_database(file, [ONE]))

    assert (error.code, error.exit_status) == ("storage.newer", 2)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database at all, and longer than a header " * 40, b"SQLite format 3\0" * 64]
)
def test_a_file_that_is_no_database_is_one_sentence_with_its_name(tmp_path, content):
    (tmp_path / "notes.db").write_bytes(content)

    error = refusal(lambda: open_database(tmp_path / "notes.db", [ONE]))

    assert (error.code, error.what.startswith(f"{tmp_path / 'notes.db'} cannot be used: ")) == ("storage.failed", True)
    assert error.hint


def test_a_place_that_is_no_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")

    assert refusal(lambda: open_database(tmp_path / "file/notes.db", [ONE])).code == "storage.failed"
    assert refusal(lambda: open_database(tmp_path, [ONE])).code == "storage.failed"


def test_many_processes_may_open_a_new_file_at_once(tmp_path):
    script = (
        "import sys; from pathlib import Path; from assay.storage.sqlite import open_database;"
        "c = open_database(Path(sys.argv[1]), [sys.argv[2], sys.argv[3]]);"
        "c.execute(\"INSERT INTO notes VALUES ('x', 1)\"); c.close()"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "notes.db"), ONE, TWO]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(6)]
    told = [process.communicate()[1].decode() for process in processes]

    assert told == [""] * 6
    with closing(open_database(tmp_path / "notes.db", [ONE, TWO])) as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (6,)


def test_what_was_committed_survives_the_death_of_the_process(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from assay.storage.sqlite import open_database;"
        "c = open_database(Path(sys.argv[1]), [sys.argv[2]]); c.execute(\"INSERT INTO notes VALUES ('paid')\");"
        "c.execute('BEGIN'); c.execute(\"INSERT INTO notes VALUES ('not committed')\"); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "notes.db"), ONE], check=False)

    with closing(open_database(tmp_path / "notes.db", [ONE])) as connection:
        assert connection.execute("SELECT text FROM notes").fetchall() == [("paid",)]


def test_sync_reaches_the_log_before_the_file_and_needs_neither(tmp_path):
    file = tmp_path / "notes.db"
    synced: list[str] = []

    def note(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)

    sync(file, fsync=note)
    with closing(open_database(file, [ONE])) as connection:
        connection.execute("INSERT INTO notes VALUES ('x')")
        sync(file, fsync=note)
        sync(file)

    assert synced == ["notes.db-wal", "notes.db"]


def test_the_error_carries_the_reason():
    error = storage_failed(Path("a.db"), OSError(28, "No space left on device"))

    assert error.what == "a.db cannot be used: no space left on device"
    assert "free space" in (error.hint or "")


def test_many_may_open_a_new_file_at_the_same_moment(tmp_path):
    ready = threading.Barrier(8)

    def open_it(_: int) -> int:
        ready.wait()
        connection = open_database(tmp_path / "new.db", ["CREATE TABLE t (x)"])
        try:
            return connection.execute("PRAGMA user_version").fetchone()[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(open_it, range(8))) == [1] * 8
