"""Doing one thing once among several processes of one test session: whoever comes first does it, the others wait.

Knows nothing of suites: a key goes in, a path comes out. A failure is kept for this process alone.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from assay.core.errors import AssayError


class RunOnce:
    """Results by key, for the time of a session.

    Args:
        shared: A folder that the session's processes have in common; None for a session of one process.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        self._found: dict[str, Path | AssayError] = {}

    def get(self, key: str, make: Callable[[], Path]) -> Path:
        """What ``make`` returned for this key, whichever process called it.

        Raises:
            AssayError: What ``make`` raised, the first time and every time after.
        """
        if key not in self._found:
            try:
                self._found[key] = make() if self._shared is None else _among(self._shared, key, make)
            except AssayError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, AssayError):
            raise found
        return found


def _among(folder: Path, key: str, make: Callable[[], Path]) -> Path:
    """The same between processes; the lock ends with the process that holds it, however that ends."""
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = folder / name
        if answer.exists():
            return Path(answer.read_text(encoding="utf-8"))
        found = make()
        answer.write_text(str(found), encoding="utf-8")
        return found
    finally:
        os.close(lock)
