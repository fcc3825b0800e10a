"""The child's folder: what the child says about itself, its log, and the locks that keep it the only one.

A child holds ``serving.lock`` for as long as it lives; the system frees it however the child dies. So a
child is alive exactly while that lock is held: a process number that was given to another process, or a file left
from before a restart, cannot mislead. Works on systems with POSIX file locks. Speaks to no process
(``supervisor.py``) and is none (``server.py``).
"""

import contextlib
import fcntl
import functools
import hashlib
import importlib.metadata
import os
import secrets
import socket
import time
from pathlib import Path

import msgspec

from assay._version import __version__
from assay.core.errors import BadInput, StorageFailed
from assay.models.embedded.weights import cache_folder, find

MOST_CONTEXT_TOKENS = 8192
LEAST_CONTEXT_TOKENS = 256
MOST_ENGINES = 64


def default_engines() -> int:
    """One engine a core that this process may use, and no more than two: each takes a core and some 400 MB."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(2, usable)


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """How the embedded model runs. Commands with equal configurations share one child.

    Attributes:
        weights: A file of weights of one's own; None for those that come along.
        requantise: Whether the faster copy of the weights is used.
        context_tokens: Longest prompt and reply together.
        engines: Most replies at the same time; each beyond the first is started when it is needed.
        idle_s: The child stops after this long without a call. The first command's holds.
    """

    weights: str | None = None
    requantise: bool = True
    context_tokens: int = 4096
    engines: int = msgspec.field(default_factory=default_engines)
    idle_s: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        _within("context_tokens", self.context_tokens, LEAST_CONTEXT_TOKENS, MOST_CONTEXT_TOKENS)
        _within("engines", self.engines, 1, MOST_ENGINES)
        _within("idle_s", self.idle_s, 0.1, 7 * 24 * 3600.0)


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise BadInput(
            f"the embedded model's {name} is {value}",
            hint=f"give a number from {least} to {most}",
            code=f"embedded.{name}",
        )


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a child says about itself once it answers."""

    pid: int
    port: int
    token: str
    model: str
    fingerprint: str
    idle_s: float
    started_utc: str


class Place:
    """The folder of one child, as both sides see it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "server.log"
        self.starting_lock = folder / "starting.lock"
        self.serving_lock = folder / "serving.lock"
        self._state = folder / "state.json"

    def make(self) -> None:
        """Make the folder, for its owner alone.

        Raises:
            StorageFailed: It cannot be made.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageFailed(
                f"the embedded model's folder {self.folder} cannot be made: {error.strerror or error}",
                hint="make the cache folder writable, or name another one with XDG_CACHE_HOME",
                code="embedded.folder",
            ) from error

    def read_state(self) -> State | None:
        """What the child says; None where there is nothing that can be read."""
        try:
            return msgspec.json.decode(self._state.read_bytes(), type=State)
        except (OSError, msgspec.DecodeError):
            return None

    def write_state(self, state: State) -> None:
        """Say it, at once and whole, for the owner's eyes alone."""
        part = self._state.with_name(f"state.{secrets.token_urlsafe(6)}.part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(state))
        part.replace(self._state)

    def forget(self) -> None:
        """Take back what was said."""
        for path in (self._state, *self.folder.glob("state.*.part")):
            path.unlink(missing_ok=True)

    def is_served(self) -> bool:
        """Whether a child is alive, be it still starting or already stopping."""
        try:
            handle = os.open(self.serving_lock, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(handle)

    def holder(self) -> int | None:
        """The process number of the child that is alive; None where none is, or it has not said yet."""
        try:
            said = self.serving_lock.read_text(encoding="ascii", errors="replace")
        except OSError:
            return None
        return int(said) if said.isdecimal() and self.is_served() else None

    def last_words(self, lines: int = 5) -> str:
        """The end of the child's log, on one line; "" where it said nothing."""
        try:
            said = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return " | ".join(line.strip() for line in said.splitlines()[-lines:] if line.strip())


def lock(path: Path) -> int | None:
    """Take a lock that the system frees when this process ends; None where somebody else has it.

    Returns:
        A file handle: closing it frees the lock.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The folder may have been removed, and made again, between the two: then this lock keeps nobody out.
        if os.fstat(handle).st_ino == path.stat().st_ino:
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def serve_alone(place: Place, *, limit_s: float) -> int | None:
    """Take the lock that a child holds, and write this process's number into it; None where another one has it."""
    deadline_s = time.monotonic() + limit_s
    while True:
        with contextlib.suppress(FileNotFoundError):
            if (handle := lock(place.serving_lock)) is not None:
                os.ftruncate(handle, 0)
                os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
                return handle
        if time.monotonic() > deadline_s:
            return None
        time.sleep(0.02)


def runs_folder() -> Path:
    """Where children have their folders."""
    return cache_folder() / "run"


def place_of(configuration: Configuration, folder: Path | None = None) -> Place:
    """The folder of the child that serves a configuration on this machine.

    Args:
        configuration: How the model runs; all of it counts but ``idle_s``.
        folder: Where children have their folders; None for ``runs_folder()``.

    Raises:
        BadInput, Unavailable: The weights are not there.
    """
    weights = find(configuration.weights)
    about = weights.stat()
    parts: tuple[object, ...] = (
        socket.gethostname(),  # a lock on a folder that machines share says nothing about this one's processes
        *_versions(),
        str(weights),
        about.st_size,
        about.st_mtime_ns,
        configuration.requantise,
        configuration.context_tokens,
        configuration.engines,
    )
    name = hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]
    return Place((folder or runs_folder()).absolute() / name)


@functools.cache
def _versions() -> tuple[str, str]:
    return __version__, engine_version()


def engine_version() -> str:
    """The version of the engine's package; ``unknown`` where it is not installed."""
    try:
        return importlib.metadata.version("xllamacpp")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
