"""``assay schema``: the JSON Schemas of prompt files and suites, for editors."""

from importlib.resources import files

import click

_HOMES = {"prompt": ("assay.author", "prompt.schema.json"), "suite": ("assay.evaluate", "suite.schema.json")}


@click.command(
    epilog="""\b
Examples:
  assay schema prompt > .vscode/prompt.schema.json
  assay schema suite > .vscode/suite.schema.json"""
)
@click.argument("kind", type=click.Choice(sorted(_HOMES)))
def schema(kind: str) -> None:
    """Print the JSON Schema of a prompt file or a suite, for editors."""
    package, name = _HOMES[kind]
    click.echo((files(package) / name).read_text("utf-8"), nl=False)
