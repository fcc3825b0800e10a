"""Putting a file in place whole: after a crash, or for a reader at any moment, it is the old one or the new one."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write the file beside its place, have it reach the disk, then move it there.

    Raises:
        OSError: It cannot be written; nothing is left beside it.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
