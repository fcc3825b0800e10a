"""``assay schema``: the JSON Schemas of prompt files and suites, for editors."""

from importlib.resources import files

import click

from assay.cli.output import print_json
from assay.evaluate.suite_schema import suite_schema

_KINDS = ("prompt", "suite")


@click.command(
    epilog="""\b
Examples:
  assay schema prompt > .vscode/prompt.schema.json
  assay schema suite > .vscode/suite.schema.json"""
)
@click.argument("kind", type=click.Choice(_KINDS))
def schema(kind: str) -> None:
    """Print the JSON Schema of a prompt file or a suite, for editors."""
    if kind == "prompt":
        click.echo((files("assay.author") / "prompt.schema.json").read_text("utf-8"), nl=False)
    else:
        print_json(suite_schema())
