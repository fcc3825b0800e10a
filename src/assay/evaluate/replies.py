"""The store of paid replies: content-addressed, written the moment a reply arrives, shared by all runs of a project.

One mechanism gives resume, reuse and re-scoring: a sample whose address is here is never paid for again.
What is kept in one turn of the event loop is committed together when the turn is over, before another answer is
read. So a process that is killed at any moment has lost none that it told of, and a commit serves many replies.
"""

import asyncio
import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from assay.author.types import RenderedMessage
from assay.models.types import Reply
from assay.storage.sqlite import open_database, storage_failed, sync

# Not WITHOUT ROWID: addresses come in random order, and an index of addresses alone has far fewer pages to rewrite.
_MIGRATIONS = ["CREATE TABLE replies (address BLOB PRIMARY KEY, data BLOB NOT NULL, at_utc TEXT NOT NULL)"]

_CHECKPOINT_PAGES = 4_000
"""At each checkpoint the disk is waited for, and with it every call under way; four times rarer than by default."""


class StoredReplies(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of an outcome: all else follows from it and from the prompt."""

    replies: tuple[Reply, ...]
    fallback: bool
    at_utc: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StoredReplies).decode


class Address:
    """Makes the addresses of one variant's samples.

    Args:
        parts: What all of them share: version, provider, model, address, parameters.
    """

    def __init__(self, parts: Sequence[object]) -> None:
        self._common = hashlib.sha256(msgspec.json.encode(parts, order="sorted"))

    def of(self, messages: Sequence[RenderedMessage], repeat: int) -> bytes:
        """32 bytes: SHA-256 of the shared parts, the rendered messages and the repeat."""
        found = self._common.copy()
        found.update(msgspec.json.encode([[m.role, m.content] for m in messages]))
        found.update(b"%d" % repeat)
        return found.digest()


class ReplyStore:
    """The project's replies, in an SQLite file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = open_database(file, _MIGRATIONS)
        self._connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: sqlite3.Error | None = None

    def find(self, address: bytes) -> StoredReplies | None:
        """The replies with that address; None when there are none, or when they cannot be read any more."""
        try:
            row = self._connection.execute("SELECT data FROM replies WHERE address = ?", (address,)).fetchone()
        except sqlite3.Error as error:
            raise storage_failed(self._file, error) from None
        if row is None:
            return None
        try:
            return _decode(row[0])
        except msgspec.DecodeError:
            return None  # written by another version; it is asked for again

    def keep(self, address: bytes, replies: tuple[Reply, ...], *, fallback: bool, at_utc: str) -> StoredReplies:
        """Keep what was paid for. When the loop's turn is over, it survives the death of the process.

        Where no loop runs, it does when this returns.
        """
        stored = StoredReplies(replies, fallback, at_utc)
        try:
            self._begin()
            self._connection.execute(
                "INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", (address, _encode(stored), at_utc)
            )
        except sqlite3.Error as error:
            raise storage_failed(self._file, error) from None
        if self._loop is None:
            self.commit()
        return stored

    def adopt(self, address: bytes, stored: StoredReplies) -> bool:
        """Keep what another store holds; whether it was not there yet."""
        try:
            cursor = self._connection.execute(
                "INSERT OR IGNORE INTO replies VALUES (?, ?, ?)", (address, _encode(stored), stored.at_utc)
            )
        except sqlite3.Error as error:
            raise storage_failed(self._file, error) from None
        return cursor.rowcount == 1

    def commit(self) -> None:
        """Have all that was kept survive the death of the process now.

        Raises:
            StorageFailed: It cannot be written; or an earlier commit could not, of which nobody was told yet.
        """
        self._commit()
        if self._failure is not None:
            raise storage_failed(self._file, self._failure) from None

    def sync(self) -> None:
        """Have what was committed survive a power cut too."""
        if self._failure is not None:
            raise storage_failed(self._file, self._failure) from None
        sync(self._file)

    def close(self) -> None:
        """Commit, and close the file."""
        try:
            self.commit()
        finally:
            self._connection.close()

    def _begin(self) -> None:
        """Begin a transaction, unless one is open; it is committed when this turn of the loop is over."""
        if self._connection.in_transaction:
            return
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        if self._failure is not None:
            raise self._failure
        self._connection.execute("BEGIN IMMEDIATE")
        if self._loop is not None:
            self._loop.call_soon(self._commit)

    def _commit(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:  # told by the next call, as nobody waits for this one
            self._failure = error
