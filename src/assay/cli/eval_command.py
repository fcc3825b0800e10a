"""``assay eval`` for suites of other tools: hands over to the command that knows them, with their own options."""

from typing import Any

import click

from assay.cli.evaluate_inspect import calls_inspect, inspect_eval
from assay.cli.evaluate_promptfoo import calls_promptfoo, promptfoo_eval


class EvalCommand(click.Command):
    """A command that looks at what is named before it decides which options there are."""

    @property
    def others(self) -> dict[str, click.Command]:
        """What stands for each of the other ways, and the command that it is."""
        return {"promptfooconfig.yaml": promptfoo_eval, "task.py": inspect_eval}

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if calls_inspect(args):
            return inspect_eval.make_context(info_name, args, parent=parent, **extra)
        if calls_promptfoo(args, self.params):
            return promptfoo_eval.make_context(info_name, args, parent=parent, **extra)
        return super().make_context(info_name, args, parent=parent, **extra)
