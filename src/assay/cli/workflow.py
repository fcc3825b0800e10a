"""Printing for people in a job of GitHub Actions, whose runner looks for commands in whatever is printed.

Cases and replies stand in what is printed, so the runner is told to look away meanwhile. Data for other programs
is never wrapped.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from assay.core.ids import new_mark


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
