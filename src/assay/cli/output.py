"""What commands print with: data on stdout, talk on stderr, colour only on a terminal."""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_WITHOUT_TERMINAL = 100
_RUNNERS = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
_RUNNERS_COMMAND = re.compile(r"##(?=\w*\[)")


def print_json(value: object) -> None:
    """One JSON document on stdout, indented, keys in the order given."""
    click.echo(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode())


def stdout_console() -> "Console":
    """Where data that people read goes."""
    return _console(stderr=False)


def stderr_console() -> "Console":
    """Where talk goes."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console  # noqa: PLC0415 - costs start-up time that machine-read output need not pay

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False, width=width)


def plain(text: str) -> str:
    """Text that is safe on a terminal: control characters, escape sequences among them, are made visible.

    In a CI job, what its runner would take for a command is broken up, wherever in a line it stands.
    """
    shown = "".join(c if c in "\n\t" or (c.isprintable() or c == " ") else f"\\x{ord(c):02x}" for c in text)
    return _RUNNERS_COMMAND.sub("#\\#", shown) if "##" in shown and any(map(os.environ.get, _RUNNERS)) else shown


def near(path: Path) -> Path:
    """The path as seen from here, where that is shorter."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
