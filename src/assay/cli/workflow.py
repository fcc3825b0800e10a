"""Printing for people in a job of GitHub Actions, whose runner looks for commands in whatever is printed.

Cases and replies stand in what is printed, so the runner is told to look away meanwhile. Data for other programs
is never wrapped.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from assay.author.project import PROJECT_FILE
from assay.core.ids import new_mark
from assay.core.location import Location
from assay.evaluate.exporters.github import command


@contextmanager
def commands_ignored() -> Iterator[None]:
    """Have the runner take nothing that is printed in the block for a command; elsewhere nothing happens.

    The mark that ends it is a new secret each time, so that no text can end it.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        yield
        return
    mark = new_mark()
    click.echo(f"::stop-commands::{mark}")
    try:
        yield
    finally:
        click.echo(f"::{mark}::")


def annotation(error: Mapping[str, object]) -> str:
    """An error of a file or an option as an annotation; ``error`` is what ``--json`` says of it."""
    where = Location(
        str(error.get("file") or PROJECT_FILE), line if isinstance(line := error.get("line"), int) else None
    )
    message = f"{error.get('what')} {error.get('hint') or ''}".strip()
    return command("error", str(error.get("code")), where, message).rstrip("\n")
