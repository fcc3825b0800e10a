"""``assay fmt``: prompt files in their usual form, without a change of what they say."""

import difflib
from pathlib import Path

import click

from assay.app import App
from assay.author.fmt import format_prompt
from assay.author.lint.check import selected
from assay.author.source import read_text


@click.command(
    epilog="""\b
Examples:
  assay fmt                        every prompt of the project
  assay fmt prompts/a.prompt.md
  assay fmt --check --diff         in CI: fails when a file would change, and shows how"""
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@click.option("--diff", "as_diff", is_flag=True, help="Print what would change, and write nothing.")
def fmt(paths: tuple[Path, ...], check: bool, as_diff: bool) -> int:
    """Put prompt files into their usual form.

    Keys in their usual order, one blank line between messages, no white space at the ends of lines. Comments stay, and
    the digest stays the same.
    """
    app = App.open(paths[0] if paths and paths[0].exists() else None)
    files = [app.project.root / p for p in selected(app.project.source.prompts(), [app.inside(p) for p in paths])]
    changed = 0
    for file in files:
        name = app.project.source.name(file.relative_to(app.project.root).as_posix())
        before = read_text(file, name)
        after = format_prompt(before, name)
        if after == before:
            continue
        changed += 1
        if as_diff:
            lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, name)
            click.echo("".join(lines), nl=False)
        elif check:
            click.echo(name)
        else:
            file.write_text(after, "utf-8")
            click.echo(name)
    done = "would change" if check or as_diff else "changed"
    click.echo(f"{changed} of {len(files)} {done}", err=True)
    return 1 if check and changed else 0
