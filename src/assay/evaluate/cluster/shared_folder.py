"""A folder that every machine of a cluster sees: a path, or an address such as ``s3://bucket/runs`` (``fsspec``)."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from assay.core.errors import BadInput, StorageFailed, Unavailable
from assay.storage.whole_file import write_whole

if TYPE_CHECKING:
    import fsspec


class SharedFolder:
    """Whole files by name, flat.

    Args:
        address: A path, or an address that ``fsspec`` knows.

    Raises:
        Unavailable: ``fsspec`` or what it needs for this kind of address is not installed.
        BadInput: No kind of storage has such an address.
    """

    def __init__(self, address: str) -> None:
        try:
            import fsspec  # noqa: PLC0415 - an optional part of the package
        except ImportError:
            raise Unavailable(
                "a shared folder needs the package fsspec",
                hint="install it: pip install 'assay[ray]'",
                code="cluster.no_fsspec",
            ) from None
        self.address = address
        try:
            files, root = fsspec.core.url_to_fs(address)
        except ImportError as error:
            raise Unavailable(
                f"{address} cannot be reached: {error}", hint="install what it names", code="cluster.no_driver"
            ) from None
        except ValueError as error:
            raise BadInput(
                f"{address} names no place that is known: {error}",
                hint="write a path, or an address such as s3://bucket/folder",
                code="cluster.address",
            ) from None
        self._files: fsspec.AbstractFileSystem = files
        self._root = str(root).rstrip("/")
        with self._told("made"):
            files.makedirs(self._root, exist_ok=True)

    @property
    def path(self) -> Path | None:
        """Where it lies on this machine; None for storage that is elsewhere."""
        return Path(self._root) if "file" in _protocols(self._files) else None

    def names(self) -> set[str]:
        """The names of all files."""
        with self._told("listed"):
            self._files.invalidate_cache()
            return {str(name).rpartition("/")[2] for name in self._files.ls(self._root, detail=False)}

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place whole."""
        with self._told("written"):
            if (path := self.path) is not None:
                write_whole(path / name, data)
            else:
                self._files.pipe_file(f"{self._root}/{name}", data)  # an object appears whole or not at all

    @contextlib.contextmanager
    def reading(self, name: str) -> Iterator[BinaryIO]:
        """The file, open."""
        with self._told("read"), self._files.open(f"{self._root}/{name}", "rb") as handle:
            yield cast("BinaryIO", handle)

    def remove(self) -> None:
        """Take the folder away with all that is in it."""
        with self._told("removed"):
            self._files.rm(self._root, recursive=True)

    @contextlib.contextmanager
    def _told(self, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise StorageFailed(
                f"the shared folder {self.address} cannot be {done}: {reason}",
                hint="check the address, and that every machine may write there",
                code="cluster.shared_folder",
            ) from None


def _protocols(files: "fsspec.AbstractFileSystem") -> tuple[str, ...]:
    protocol = files.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
