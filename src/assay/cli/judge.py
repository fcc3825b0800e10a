"""``assay judge``: judges held against people, and tried for what sways them."""

from importlib import import_module

import click

_VERBS = {
    "audit": ("assay.cli.judge_audit:audit", "Try what sways a judge: length, orders in the text, order, repeats."),
    "sample": ("assay.cli.judge_label:sample", "Draw replies for people to label, without the judge's verdicts."),
    "label": ("assay.cli.judge_label:label", "Label the replies of a sheet here in the terminal."),
    "calibrate": ("assay.cli.judge_calibrate:calibrate", "Measure how a judge errs, from a sheet with labels."),
}


class _Verbs(click.Group):
    """A group whose commands are imported when they are called: they compute, and that takes time to load."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _VERBS:
            return None
        module, _, name = _VERBS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in _VERBS.items()])
        _ = ctx


@click.group(
    cls=_Verbs,
    epilog="""\b
Examples:
  assay judge sample last --grader facts -n 60 -o labels.csv
  assay judge calibrate last labels.csv
  assay judge audit suites/reply.yaml --grader facts""",
)
def judge() -> None:
    """Hold a judge against people, and try what sways it."""
