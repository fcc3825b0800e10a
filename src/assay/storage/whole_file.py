"""Putting a file in place whole: after a crash, or for a reader at any moment, it is the old one or the new one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, data: bytes) -> None:
    """Write the file beside its place, have it reach the disk, then move it there.

    Raises:
        OSError: It cannot be written; nothing is left beside it.
    """
    with writing_whole(path) as handle:
        handle.write(data)


@contextmanager
def writing_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that is written beside its place, reaches the disk, and is moved there when the block ends well.

    Raises:
        OSError: It cannot be written; nothing is left beside it.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
