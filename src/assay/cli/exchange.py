"""``assay import`` and ``assay export``: prompts of other formats in, and out again."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from assay.app import App
from assay.author.exchange.dialect import Dialect, Dropped, Read, detect_dialect, dialects
from assay.author.source import read_text
from assay.cli.options import json_option
from assay.cli.output import plain, print_json
from assay.cli.param_type import ParamType
from assay.core.errors import BadInput, unknown_name
from assay.evaluate.promptfoo.detect import is_promptfoo
from assay.evaluate.promptfoo.to_suite import convert


class _DialectName(ParamType[str]):
    """The name of a dialect; a wrong one is answered with the nearest."""

    name = "dialect"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click passes them
        if value not in dialects.names():
            raise unknown_name("dialect", value, dialects.names(), code="exchange.dialect")
        return value


@click.command(
    "import",
    epilog="""\b
Examples:
  assay import greeting.prompty
  assay import greeting.prompt --from dotprompt --output prompts
  assay import messages.json --json
  assay import promptfooconfig.yaml""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "dialect", type=_DialectName(), help="The file's dialect; found out when not given.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The folder to write to; that of the file when not given."
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@json_option
def import_prompt(file: Path, dialect: str | None, output: Path | None, force: bool, as_json: bool) -> None:
    """Turn a prompt of another format into a prompt file.

    A configuration of promptfoo's becomes a suite, with its prompts and its dataset. What cannot be carried over is
    listed with its line.
    """
    if dialect is None and is_promptfoo(file):
        _import_promptfoo(file, output or file.parent, force=force, as_json=as_json)
        return
    text = read_text(file, str(file))
    chosen = dialects.get(dialect) if dialect is not None else detect_dialect(text, file.name)
    found = chosen.load(text, file.name, _beside(file))
    folder = output or file.parent
    written = _write({folder / name: content for name, content in found.files.items()}, force=force)
    if as_json:
        dropped = [item.as_dict() for item in found.dropped]
        facts = {"dialect": found.dialect, "name": found.name, "notes": found.notes}
        print_json({**facts, "files": written, "dropped": dropped})
        return
    _say_imported(written, found.notes, found.dropped, str(file))


def _import_promptfoo(file: Path, output: Path, *, force: bool, as_json: bool) -> None:
    found = convert(file, App.open(file).project.root, output, dict(os.environ))
    written = _write({output / name: content for name, content in found.files.items()}, force=force)
    if as_json:
        dropped = [item.as_dict() for item in found.dropped]
        facts = {"dialect": "promptfoo", "name": found.name, "notes": list(found.notes)}
        print_json({**facts, "files": written, "dropped": dropped})
        return
    _say_imported(written, found.notes, found.dropped, str(file))


def _say_imported(written: Sequence[str], notes: Sequence[str], dropped: Sequence[Dropped], file: str) -> None:
    for path in written:
        click.echo(path)
    for note in notes:
        click.echo(f"note: {plain(note)}", err=True)
    _say_dropped(dropped, file)


@click.command(
    "export",
    epilog="""\b
Examples:
  assay export support.triage --to prompty
  assay export support.triage --to openai-messages --output build""",
)
@click.argument("reference")
@click.option("--to", "dialect", type=_DialectName(), required=True, help="The dialect to write.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The folder to write to; the text is printed when not given.",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@json_option
def export_prompt(reference: str, dialect: str, output: Path | None, force: bool, as_json: bool) -> None:
    """Write a prompt in another format.

    What cannot be carried over is listed with its line.
    """
    prompt = App.open().resolve(reference)
    chosen: Dialect = dialects.get(dialect)
    found = chosen.dump(prompt)
    everything = {found.file: found.text, **found.files}
    written: list[str] = []
    if output is not None:
        written = _write({output / name: content for name, content in everything.items()}, force=force)
    if as_json:
        dropped = [item.as_dict() for item in found.dropped]
        print_json({"dialect": dialect, "files": everything, "written": written, "dropped": dropped})
        return
    for path in written:
        click.echo(path)
    if output is None:
        click.echo(found.text, nl=not found.text.endswith("\n"))
        for name in found.files:
            click.echo(f"note: it includes {name}, which --output writes too", err=True)
    _say_dropped(found.dropped, prompt.file)


def _beside(file: Path) -> Read:
    """Reads what the imported file refers to, from its own folder and not from outside it."""
    folder = file.parent.resolve()

    def read(path: str) -> str | None:
        target = (folder / path).resolve()
        return read_text(target, str(target)) if target.is_relative_to(folder) and target.is_file() else None

    return read


def _write(files: dict[Path, str], *, force: bool) -> list[str]:
    taken = [path for path, text in files.items() if path.exists() and not force and path.read_bytes() != text.encode()]
    if taken:
        raise BadInput(
            f"{taken[0]} is there already",
            hint="give another --output, or --force to write over it",
            code="exchange.exists",
        )
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            what = f"{path} cannot be written: {(error.strerror or 'error').lower()}"
            raise BadInput(what, hint="choose another folder", code="exchange.unwritable") from None
    return [str(path) for path in files]


def _say_dropped(dropped: Sequence[Dropped], file: str) -> None:
    if not dropped:
        return
    click.echo(f"{len(dropped)} not carried over from {file}:", err=True)
    for item in dropped:
        click.echo(f"  {plain(str(item))}", err=True)
