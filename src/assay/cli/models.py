"""``assay models``: the embedded model's weights and process, and the providers there are."""

import asyncio

import click
import msgspec

from assay.app import App
from assay.cli.options import json_option
from assay.cli.output import print_json, stdout_console
from assay.models.embedded import supervisor
from assay.models.embedded.get import get as get_weights
from assay.models.provider import Provider, providers


@click.group(
    epilog="""\b
Examples:
  assay models get       install the embedded model's weights
  assay models list      the providers that a model can be named with
  assay models status    whether the embedded model is running"""
)
def models() -> None:
    """The embedded model and the providers."""


@models.command(
    "list",
    epilog="""\b
Example:
  assay models list --json""",
)
@json_option
def list_providers(as_json: bool) -> None:
    """Print the providers that a model can be named with."""
    found = [providers.get(name) for name in providers.names()]
    if as_json:
        print_json([msgspec.to_builtins(provider) for provider in found])
        return
    from rich.table import Table  # noqa: PLC0415 - only when people read it

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("provider", "address", "key", "schema"):
        table.add_column(heading, overflow="fold")
    for provider in found:
        table.add_row(provider.name, _address(provider), provider.key or "–", provider.quirks.json_schema)
    stdout_console().print(table)


def _address(provider: Provider) -> str:
    if provider.on_demand:
        return "on this machine, started when needed"
    if provider.base_url:
        return provider.base_url
    return "--base-url" + (f", or ${provider.base_url_env}" if provider.base_url_env else "")


@models.command(
    epilog="""\b
Example:
  assay models get"""
)
@click.option("--force", is_flag=True, help="Install again, even where the right weights are there.")
@json_option
def get(force: bool, as_json: bool) -> None:
    """Install the embedded model's weights (98 MB), and check their digest."""
    found = get_weights(force=force)
    if as_json:
        print_json(msgspec.to_builtins(found, enc_hook=str))
    else:
        said = "installed" if found.installed else "already there"
        click.echo(f"{found.path} ({found.size_bytes / 1e6:.0f} MB), {said}")


@models.command(
    epilog="""\b
Example:
  assay models status --json"""
)
@json_option
def status(as_json: bool) -> None:
    """Say whether the embedded model is running."""
    found = asyncio.run(supervisor.status())
    if as_json:
        print_json([msgspec.to_builtins(item, enc_hook=str) for item in found])
        return
    if not found:
        click.echo("the embedded model is not running")
    for item in found:
        health = "answers" if item.healthy else "is starting"
        click.echo(
            f"{item.model or 'the embedded model'} {health}: process {item.pid}, {item.calls or 0} calls, "
            f"stops after {item.idle_s:g} s without one"
            if item.idle_s is not None
            else f"the embedded model {health}: process {item.pid}"
        )


@models.command(
    epilog="""\b
Example:
  assay models start"""
)
def start() -> None:
    """Start the embedded model, so that the first call need not wait."""
    click.echo(asyncio.run(App.open().embedded()).base_url)


@models.command(
    epilog="""\b
Example:
  assay models stop"""
)
def stop() -> None:
    """Stop the embedded model; it also stops by itself."""
    stopped = asyncio.run(supervisor.stop())
    click.echo("stopped" if stopped else "the embedded model was not running")
