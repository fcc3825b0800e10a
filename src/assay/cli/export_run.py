"""``assay export-run``: a finished run in the formats of others; with the option ``--export`` of ``assay eval``."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast

import click

from assay.app import App
from assay.cli.param_type import ParamType
from assay.core.errors import BadInput
from assay.evaluate.exporter import FinishedRun, export_to, exporters, load_run
from assay.evaluate.runs import find_run

F = TypeVar("F", bound=Callable[..., Any])

STDOUT = "-"
_PLACE = "{suite}"
_SPOOLED_BYTES = 4 << 20


class Export(NamedTuple):
    """One ``--export``: in which format, and where to."""

    kind: str
    path: str


class _ExportType(ParamType[Export]):
    name = "export"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Export:  # noqa: ARG002 - click passes them
        if isinstance(value, Export):
            return value
        kind, equals, path = str(value).partition("=")
        if not equals or not path:
            raise BadInput(
                f"--export {value!r} names no file",
                hint=f"write --export KIND=PATH; the kinds are {', '.join(exporters.names())}",
                code="cli.export",
            )
        exporters.get(kind)
        return Export(kind, path)


def export_option(command: F) -> F:
    """``--export KIND=PATH``, any number of times."""
    return click.option(
        "--export",
        "exports",
        multiple=True,
        type=_ExportType(),
        metavar="KIND=PATH",
        help="Write the run in another format, such as junit=out.xml; '-' is standard output.",
    )(command)


def export_paths(exports: Sequence[Export], suites: Sequence[str]) -> list[list[Export]]:
    """The exports of each suite: ``{suite}`` in a path is its name.

    Raises:
        BadInput: Several suites would write the same file.
    """
    for export in exports:
        if len(suites) > 1 and _PLACE not in export.path:
            raise BadInput(
                f"--export {export.kind}={export.path} names one file for {len(suites)} suites",
                hint=f"put the suite's name into it, such as {export.kind}=out/{_PLACE}.xml",
                code="cli.export",
            )
    return [[Export(e.kind, e.path.replace(_PLACE, suite)) for e in exports] for suite in suites]


def write_exports(exports: Iterable[Export], run: FinishedRun) -> None:
    """Write the run in each of the formats.

    Raises:
        StorageFailed: A file cannot be written.
    """
    for export in exports:
        if export.path == STDOUT:
            with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as out:  # whole or not at all, as for a file
                exporters.get(export.kind)(run, cast("BinaryIO", out))
                out.seek(0)
                shutil.copyfileobj(out, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            export_to(export.kind, run, Path(export.path))


@click.command(
    "export-run",
    epilog="""\b
Examples:
  assay export-run .assay/runs/20261126-101500-7f3a9c --export junit=junit.xml
  assay export-run last --export junit=-

\b
RUN is a run's id, the beginning of one, its folder, or 'last'.""",
)
@click.argument("run", metavar="RUN")
@export_option
def export_run(run: str, exports: tuple[Export, ...]) -> None:
    """Write a finished run in other formats."""
    if not exports:
        raise BadInput(
            "no --export says what to write",
            hint=f"write --export KIND=PATH; the kinds are {', '.join(exporters.names())}",
            code="cli.export",
        )
    write_exports(exports, load_run(find_run(App.open().folder / "runs", run)))
