"""A run on disk: ``plan.json``, ``samples.jsonl``, ``summary.json``, ``report.html``, ``junit.xml``.

Replies are kept in the project's store the moment they arrive; the rows here are made from them in plan
order and can be made again. So a run without a summary is unfinished, and the next run with the same
identity takes its folder over, unless the process that owns it is alive. So is one that a budget stopped.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from assay.core.errors import StorageFailed
from assay.core.location import Location
from assay.evaluate.summary import Summary
from assay.evaluate.types import SampleRow
from assay.storage.sqlite import storage_failed
from assay.storage.whole_file import write_whole

PLAN, SAMPLES, SUMMARY, REPORT, JUNIT = "plan.json", "samples.jsonl", "summary.json", "report.html", "junit.xml"
_LOCK = "lock"
_BUFFER_BYTES = 1 << 18

encode_row = msgspec.json.Encoder(enc_hook=str).encode
"""A row as a line of ``samples.jsonl``, without its line break."""

decode_row = msgspec.json.Decoder(SampleRow).decode


def read_row(line: bytes, file: Path, number: int) -> SampleRow:
    """The row in a line of a run's ``samples.jsonl``.

    Args:
        line: The line.
        file: The file that it is from, for messages.
        number: Its number, from 1.

    Raises:
        StorageFailed: It is none.
    """
    try:
        return decode_row(line)
    except msgspec.MsgspecError as error:
        raise damaged_row(error, file, number) from None


def damaged_row(error: Exception, file: Path, number: int) -> StorageFailed:
    """The error for a line that is no sample."""
    return StorageFailed(
        f"the line cannot be read as a sample: {error}",
        hint="the file is not as the run wrote it; run the suite again, which pays for no reply that is kept",
        code="run.damaged",
        where=Location(str(file), number),
    )


"""The other way round."""


class RunFolder:
    """One run's folder, held by this process until ``close``."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    @property
    def name(self) -> str:
        """The run's id."""
        return self.path.name

    def plan(self) -> dict[str, object]:
        """What ``plan.json`` says."""
        found: dict[str, object] = json.loads((self.path / PLAN).read_bytes())
        return found

    def write(self, name: str, data: bytes) -> Path:
        """Put a file in place whole: after a crash it is the old one or the new one."""
        target = self.path / name
        try:
            write_whole(target, data)
        except OSError as error:
            raise storage_failed(target, error) from None
        return target

    def write_summary(self, summary: Summary) -> Path:
        """The summary; from here on the run is finished."""
        return self.write(SUMMARY, msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")

    @contextlib.contextmanager
    def rows(self) -> Iterator["RowWriter"]:
        """A writer of ``samples.jsonl``, from the start."""
        try:
            with (self.path / SAMPLES).open("wb", buffering=_BUFFER_BYTES) as handle:
                yield RowWriter(handle)
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise storage_failed(self.path / SAMPLES, error) from None

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._lock)


def iterate_rows(folder: Path) -> Iterator[SampleRow]:
    """The rows of a run, one at a time.

    Raises:
        StorageFailed: They cannot be read, or a line is damaged.
    """
    file = folder / SAMPLES
    try:
        with file.open("rb") as handle:
            for number, line in enumerate(handle, 1):
                yield read_row(line, file, number)
    except OSError as error:
        raise storage_failed(file, error) from None


class RowWriter:
    """Appends rows to an open file, and keeps the digest of its bytes."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._bytes = hashlib.sha256()
        self.count = 0

    def add(self, row: SampleRow) -> None:
        """Append one row."""
        line = encode_row(row) + b"\n"
        self._handle.write(line)
        self._bytes.update(line)
        self.count += 1

    @property
    def digest(self) -> str:
        """``sha256:`` and the digest of all bytes so far."""
        return f"sha256:{self._bytes.hexdigest()}"


def open_run(runs: Path, identity: str, *, new_id: str, plan: dict[str, object]) -> RunFolder:
    """The folder for a run: the unfinished one with the same identity, or a new one.

    Args:
        runs: The folder of all runs.
        identity: What says that two commands mean the same run.
        new_id: The name of a new folder.
        plan: What a new ``plan.json`` holds, besides the identity.

    Raises:
        StorageFailed: The folder cannot be made.
    """
    for path in sorted(runs.glob("*/" + PLAN), reverse=True):
        folder = path.parent
        if _identity(path) != identity or _is_finished(folder):
            continue
        lock = _try_lock(folder)
        if lock is None:
            continue
        if not _is_finished(folder):
            (folder / SUMMARY).unlink(missing_ok=True)  # from here on it is under way, whatever happens
            return RunFolder(folder, lock)
        os.close(lock)  # whoever held it has finished the run in the meantime
    folder = runs / new_id
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise storage_failed(folder, error) from None
    lock = _try_lock(folder)
    if lock is None:
        raise StorageFailed(f"{folder} is in use", hint="try again", code="storage.locked")
    found = RunFolder(folder, lock)
    text = json.dumps({"format": 1, "identity": identity, **plan}, indent=2, ensure_ascii=False) + "\n"
    found.write(PLAN, text.encode())
    return found


def _is_finished(folder: Path) -> bool:
    """Whether there is a summary, and nothing that a further command could add."""
    try:
        summary = json.loads((folder / SUMMARY).read_bytes())
    except OSError:
        return False
    except ValueError:
        return True
    return not (isinstance(summary, dict) and summary.get("stopped"))


def _identity(plan: Path) -> object:
    try:
        return json.loads(plan.read_bytes()).get("identity")
    except (OSError, ValueError, AttributeError):
        return None


def _try_lock(folder: Path) -> int | None:
    """A lock that ends with the process, however it ends."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
