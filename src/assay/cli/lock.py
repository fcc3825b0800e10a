"""``assay lock``: pin the partials that the project's prompts include."""

from pathlib import Path

import click

from assay.app import App
from assay.author.lockfile import LOCK_FILE, dump_lock
from assay.author.parse import load_prompt
from assay.author.source import WorkingTree
from assay.author.types import Partial
from assay.core.errors import BadInput


@click.command(
    epilog="""\b
Examples:
  assay lock            after looking at what changed in a partial
  assay lock --check    in CI: fails when the lock file is not up to date"""
)
@click.option("--check", is_flag=True, help="Write nothing; fail when the file would change.")
def lock(check: bool) -> None:
    """Pin the partials that prompts include.

    The digest of each goes into prompts.lock. A prompt whose partial has changed since is refused until the change is
    pinned, so that a shared fragment cannot change a prompt behind its owner's back.
    """
    source = App.open().project.source
    partials = _partials(source)
    text = dump_lock(partials).encode()
    file = source.root / LOCK_FILE
    if file.is_file() and file.read_bytes() == text:
        click.echo(f"{source.name(LOCK_FILE)} is up to date: {_count(partials)}", err=True)
    elif check and not partials and not file.exists():
        click.echo("there are no partials to pin", err=True)
    elif check:
        raise BadInput(f"{source.name(LOCK_FILE)} is not up to date", hint="run 'assay lock'", code="lock.stale")
    else:
        _write(file, text, source.name(LOCK_FILE))
        click.echo(f"wrote {source.name(LOCK_FILE)}: {_count(partials)}", err=True)


def _write(file: Path, text: bytes, name: str) -> None:
    try:
        file.write_bytes(text)
    except OSError as error:
        what = f"{name} cannot be written: {(error.strerror or 'error').lower()}"
        raise BadInput(what, hint="check the permissions of the project's folder", code="lock.unwritable") from None


def _partials(source: WorkingTree) -> dict[str, Partial]:
    found: dict[str, Partial] = {}
    for path in source.prompts():
        for name, partial in load_prompt(source, path, check_lock=False).partials.items():
            other = found.setdefault(name, partial)
            if other.digest != partial.digest:
                raise BadInput(
                    f"two different partials are named {name!r}: {other.file} and {partial.file}",
                    hint="rename one of them",
                    code="lock.ambiguous",
                )
    return found


def _count(partials: dict[str, Partial]) -> str:
    return f"{len(partials)} partial{'' if len(partials) == 1 else 's'}"
