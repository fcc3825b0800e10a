"""Putting a file in place whole: after a crash, or for a reader at any moment, it is the old one or the new one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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

    A device or a pipe (``/dev/null``) is written to as it is, and never replaced by a file.

    Raises:
        OSError: It cannot be written; nothing is left beside it. It names the file itself, or its folder.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as handle:
            yield handle
        return
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(temporary):
            raise _of(path, error) from None
        raise


def reason_of(error: Exception) -> str:
    """Why it failed, to stand behind a colon: without a number, and without the file that the sentence names."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _of(path: Path, error: OSError) -> OSError:
    """The error as one about the file itself."""
    if isinstance(error, FileNotFoundError) and not path.parent.exists():
        return FileNotFoundError(error.errno, f"there is no folder {path.parent}", str(path))
    return type(error)(error.errno, error.strerror, str(path))
