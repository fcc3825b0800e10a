"""``assay settings``: every setting, its value, and where that comes from."""

from dataclasses import asdict

import click

from assay.app import App
from assay.cli.options import json_option
from assay.cli.output import print_json, stdout_console


@click.command(
    epilog="""\b
Examples:
  assay settings
  ASSAY_EVALUATE_CONCURRENCY=4 assay settings --json

\b
A setting is taken from, in this order: an option of the command, the environment variable
ASSAY_<STAGE>_<NAME>, the section of assay.yaml named after the stage, the default."""
)
@json_option
def settings(as_json: bool) -> None:
    """Print every setting, its value and where it comes from."""
    app = App.open()
    if as_json:
        print_json([asdict(item) for item in app.origins])
        return
    from rich.table import Table  # noqa: PLC0415 - only when people read it

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("setting", "value", "from", "what it is"):
        table.add_column(heading, overflow="fold")
    for item in app.origins:
        value = "–" if item.value is None else str(item.value)
        table.add_row(f"{item.stage}.{item.name}", value, item.origin, item.help)
    stdout_console().print(table)
