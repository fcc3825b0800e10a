"""What the commands of ``assay dataset`` share: naming a file, and saying how many."""

from collections.abc import Mapping
from pathlib import Path

import click

from assay.cli.param_type import ParamType
from assay.core.errors import BadInput
from assay.evaluate.case_table import Ids
from assay.evaluate.dataset import DatasetFile, ending_of, formats_for, split_part
from assay.evaluate.dataset_format import formats


class KindName(ParamType[str]):
    """The name of a format; a wrong one is answered with the nearest."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click passes them
        formats.get(value)
        return value


def named_file(
    given: str, *, kind: str | None = None, rename: Mapping[str, str] | None = None, ids: Ids | None = None
) -> DatasetFile:
    """The file that an argument names, wherever it lies.

    Raises:
        BadInput: No format is given, and none has a name that ends like this.
    """
    path, part = split_part(given)
    if kind is None and not formats_for(ending_of(path)):
        raise BadInput(
            f"{path} does not say by its name in which format it is",
            hint=f"name it with --from: {', '.join(formats.names())}",
            code="dataset.kind",
        )
    return DatasetFile(Path(path), path, part, kind=kind, rename=rename or {}, ids=ids)


def check_free(target: Path, *, force: bool) -> None:
    """Refuse to write over a file that is there."""
    if target.exists() and not force:
        raise BadInput(
            f"{target} is there already",
            hint="give another name, or --force to write over it",
            code="dataset.exists",
        )


def count(number: int, noun: str) -> str:
    """``1 case``, ``1,200 cases``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
