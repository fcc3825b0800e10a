"""``assay completion``: the script that makes a shell complete ``assay``'s commands and options."""

import click
from click.shell_completion import get_completion_class


@click.command(
    epilog="""\b
Examples:
  eval "$(assay completion bash)"          in ~/.bashrc
  assay completion fish > ~/.config/fish/completions/assay.fish"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "assay", "_ASSAY_COMPLETE").source())
