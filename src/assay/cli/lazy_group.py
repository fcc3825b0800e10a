"""A group of commands that are imported when they are called; their one-line help stands with the group.

So ``--help`` is quick, and a command pays only for what it loads itself.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from assay.core.errors import unknown_name

Verbs = Mapping[str, tuple[str, str]]
"""Name -> where the command is, ``module:name``, and its help in a line."""


class LazyGroup(click.Group):
    """A group of such commands.

    Args:
        verbs: The commands.
    """

    def __init__(self, *arguments: Any, verbs: Verbs, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in self._verbs:
            return None
        module, _, name = self._verbs[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._verbs and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise unknown_name("command", args[0], self._verbs, code="cli.command")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in self._verbs.items()])
