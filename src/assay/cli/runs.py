"""``assay runs`` and ``assay report``: what has been run, and the page of a run made again."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from assay.app import App
from assay.cli.options import json_option
from assay.cli.output import near, print_json, stdout_console
from assay.cli.terminal_text import TerminalText
from assay.evaluate import wording
from assay.evaluate.exporter import load_run
from assay.evaluate.report_html import write_report
from assay.evaluate.run_folder import REPORT, SAMPLES, iterate_rows
from assay.evaluate.runs import RunEntry, find_run, list_runs
from assay.storage.sqlite import storage_failed

_SHOWN = 20


@click.command(
    epilog="""\b
Examples:
  assay runs
  assay runs --suite support.triage --all
  assay runs --json"""
)
@click.option("--suite", metavar="NAME", help="The runs of one suite alone.")
@click.option("--all", "every", is_flag=True, help=f"All of them, and not the last {_SHOWN}.")
@json_option
def runs(suite: str | None, every: bool, as_json: bool) -> None:
    """List the project's runs, newest first."""
    app = App.open()
    found = [entry for entry in list_runs(app.folder / "runs") if suite is None or entry.suite == suite]
    if as_json:
        print_json([msgspec.to_builtins(entry) for entry in found])
    elif not found:
        click.echo("There is no run here yet." if suite is None else f"There is no run of {suite!r} here.")
    else:
        _print(found if every else found[:_SHOWN], left_out=0 if every else max(0, len(found) - _SHOWN))


def _print(found: Sequence[RunEntry], *, left_out: int) -> None:
    from rich import box  # noqa: PLC0415 - costs start-up time
    from rich.table import Table  # noqa: PLC0415 - costs start-up time

    console = stdout_console()
    text = TerminalText.of(console)
    table = Table(box=box.ASCII2 if text.ascii_only else box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("run", "suite", "decision", "started", "samples"):
        table.add_column(head, no_wrap=True, justify="right" if head == "samples" else "left")
    for entry in found:
        sign, word = ("…", "not finished") if entry.standing is None else wording.STANDING_WORDS[entry.standing]
        cells = (f"{sign} {word.lower()}", wording.moment(entry.started_utc), wording.count(entry.samples))
        table.add_row(text.safe(entry.run), text.one_line(entry.suite, 40), *map(text.safe, cells))
    console.print(table)
    if left_out:
        click.echo(f"and {left_out} before; --all lists them")


@click.command(
    epilog="""\b
Examples:
  assay report last
  assay report 20261126-101500-7f3a9c --rows 200000
  assay report last --out triage.html

\b
RUN is a run's id, the beginning of one, its folder, or 'last'."""
)
@click.argument("run", metavar="RUN")
@click.option("--rows", type=click.IntRange(min=0), help="The most samples that it lists, instead of the setting's.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to, instead of report.html in the run's folder.")
@json_option
def report(run: str, rows: int | None, out: Path | None, as_json: bool) -> None:
    """Make the HTML report of a finished run again."""
    app = App.open()
    found = load_run(find_run(app.folder / "runs", run))
    path = out or found.folder / REPORT
    samples = found.folder / SAMPLES
    limit = app.evaluate.report_rows if rows is None else rows
    try:
        with samples.open("rb") as lines:
            write_report(found.summary, lines, path, rows=limit)
    except msgspec.MsgspecError as error:
        deque(iterate_rows(found.folder), maxlen=0)  # says which line it is
        raise storage_failed(samples, error) from None
    except OSError as error:
        raise storage_failed(samples, error) from None
    if as_json:
        print_json({"run": found.summary.run, "report": str(path)})
    else:
        click.echo(str(near(path)))
