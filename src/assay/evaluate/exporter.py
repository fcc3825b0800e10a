"""Writing a finished run in the formats of others: one file of ``exporters/`` for each.

An exporter takes a finished run and an open file. It reads the rows one at a time, as often as it needs, and
holds none of them; what it writes depends on the run alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from assay.core.errors import BadInput, StorageFailed
from assay.core.plugins import Registry
from assay.evaluate.run_folder import SUMMARY, iterate_rows
from assay.evaluate.summary import Summary
from assay.evaluate.types import SampleRow
from assay.storage.whole_file import reason_of, writing_whole


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that has come to its end, as its folder holds it."""

    summary: Summary
    folder: Path

    def rows(self) -> Iterator[SampleRow]:
        """The samples from the first on, one at a time; each call begins anew."""
        return iterate_rows(self.folder)


Exporter = Callable[[FinishedRun, BinaryIO], None]
"""Writes the run into the file, which it leaves open. It raises ``BadInput`` for a run that the format cannot hold."""

exporters: Registry[Exporter] = Registry("exporter", "assay.evaluate.exporters")


def export_to(kind: str, run: FinishedRun, path: Path) -> None:
    """Write the run to a file, put in place whole.

    Raises:
        UnknownName: No exporter has that name.
        StorageFailed: The file cannot be written.
    """
    exporter = exporters.get(kind)
    try:
        with writing_whole(path) as out:
            exporter(run, out)
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be written: {reason_of(error)}",
            hint="make the folder, or name another; check its permissions and the free space on its disk",
            code="storage.failed",
        ) from None


def load_run(folder: Path) -> FinishedRun:
    """The finished run in that folder.

    Raises:
        BadInput: There is none, or it is not finished.
    """
    try:
        summary = msgspec.json.decode((folder / SUMMARY).read_bytes(), type=Summary)
    except FileNotFoundError:
        what = "is not finished" if folder.is_dir() else "is not there"
        raise BadInput(
            f"the run {folder} {what}",
            hint="name the folder of a finished run, such as .assay/runs/RUN",
            code="run.missing",
        ) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInput(
            f"the run {folder} cannot be read: {error}", hint="run the suite again", code="run.unreadable"
        ) from None
    return FinishedRun(summary, folder)
