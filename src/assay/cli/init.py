"""``assay init``: a project with a prompt, a dataset and a suite that runs at once."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from assay.core.errors import BadInput

_NEXT = ("assay eval suites/sentiment.yaml", "assay render sentiment -i review='Not bad at all.'", "assay lint")


@click.command(
    epilog="""\b
Examples:
  assay init my-project
  cd my-project && assay eval suites/sentiment.yaml"""
)
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
def init(folder: Path) -> None:
    """Make a project that works at once.

    FOLDER is made if need be (the current folder when left out). No file that exists is changed.
    """
    starter = files("assay.cli") / "starter"
    wanted = {_target(folder, path): source for path, source in _walk(starter, "")}
    taken = sorted(str(path) for path in wanted if path.exists() and path.name != ".gitignore")
    if taken:
        raise BadInput(
            f"{taken[0]} exists already", hint="name an empty folder: assay init my-project", code="init.exists"
        )
    for path, source in wanted.items():
        if path.exists():
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_named(source.read_text("utf-8"), folder), "utf-8")
        except OSError as error:
            what = f"{path} cannot be written: {(error.strerror or 'error').lower()}"
            raise BadInput(what, hint="choose another folder", code="init.unwritable") from None
        click.echo(f"made {path}")
    click.echo("\nnext:", err=True)
    if folder != Path():
        click.echo(f"  cd {folder}", err=True)
    for command in _NEXT:
        click.echo(f"  {command}", err=True)


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for item in sorted(folder.iterdir(), key=lambda i: i.name):
        path = f"{prefix}{item.name}"
        if item.is_dir():
            found += _walk(item, f"{path}/")
        else:
            found.append((path, item))
    return found


def _target(folder: Path, path: str) -> Path:
    return folder / (".gitignore" if path == "gitignore" else path)


def _named(text: str, folder: Path) -> str:
    """The starter's own name gives way to the folder's."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return text.replace("project: my-project", f"project: {name or 'my-project'}")
