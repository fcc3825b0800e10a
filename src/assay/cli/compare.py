"""``assay compare``: what changed between two runs, in the words that ``assay eval`` uses for two variants."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.app import App
from assay.cli.eval_view import SummaryView
from assay.cli.failure_view import FailureView
from assay.cli.options import json_option
from assay.cli.output import near, print_json, stdout_console
from assay.evaluate import wording
from assay.evaluate.exporter import load_run
from assay.evaluate.report_html import write_report
from assay.evaluate.report_page import Heading, difference_sentence
from assay.evaluate.run_comparison import Difference, RunComparison, RunPair, RunReference, comparison_json
from assay.evaluate.run_pairs import Overlap
from assay.evaluate.runs import find_run
from assay.evaluate.summary import VariantSummary

if TYPE_CHECKING:
    from rich.console import Console

_SLICES_SHOWN = 8


@click.command(
    epilog="""\b
Examples:
  assay compare 20261125-170310-2b91ad last
  assay compare 20261125-170310-2b91ad last --html difference.html
  assay compare 20261125-170310-2b91ad last --variant candidate
  assay compare runs/old runs/new --common --json

\b
RUN is a run's id, the beginning of one, its folder, or 'last'. The first is compared with, the second is looked at."""
)
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="This variant alone, or BEFORE=AFTER for two that are called otherwise.",
)
@click.option("--common", is_flag=True, help="Different datasets: compare the cases that both have with equal inputs.")
@click.option("--html", type=click.Path(path_type=Path), metavar="OUT", help="Write a report of the two runs too.")
@json_option
def compare(before: str, after: str, variants: tuple[str, ...], common: bool, html: Path | None, as_json: bool) -> int:
    """Say what changed between two runs, sample by sample."""
    app = App.open()
    runs = app.folder / "runs"
    wanted = [_names(text) for text in variants]
    pair = RunPair(load_run(find_run(runs, before)), load_run(find_run(runs, after)), common=common, wanted=wanted)
    found = pair.compare()
    if html is not None:
        rows = app.evaluate.report_rows
        write_report(pair.summary(found), pair.lines(), html, rows=rows, heading=_heading(found))
    if as_json:
        print_json(comparison_json(found))
    else:
        _print(stdout_console(), found)
        if html is not None:
            click.echo(f"\nReport: {near(html)}")
    return 0


def _names(text: str) -> tuple[str, str]:
    before, equals, after = text.partition("=")
    return (before, after) if equals else (text, text)


def _heading(found: RunComparison) -> Heading:
    comparison = found.variants[-1].comparison
    name = f"{comparison.candidate.removeprefix('after: ')}: " if len(found.variants) > 1 else ""
    return Heading(
        kind="Two runs compared",
        headline=f"{name}{wording.points(comparison.diff)} after" if comparison.n else "Nothing to compare",
        sentence=difference_sentence(comparison),
        notes=[_overlap(found.cases)],
        provenance=[
            entry
            for word, run in (("Before", found.before), ("After", found.after))
            for entry in (
                (word, run.run),
                (f"{word}: suite", run.suite),
                (f"{word}: started", wording.moment(run.started_utc)),
                (f"{word}: Assay", run.assay),
            )
        ],
    )


def _overlap(cases: Overlap) -> str:
    """How many cases are compared, and what is left out."""
    reasons = (
        (cases.only_before, "only in the first run"),
        (cases.only_after, "only in the second"),
        (cases.changed, "with other inputs"),
        (cases.incomplete, "without a sample in one of the two"),
    )
    left_out = [f"{number:,} {reason}" for number, reason in reasons if number]
    said = f"{wording.plural(cases.common, 'case')} compared"
    return f"{said}; left out: {', '.join(left_out)}." if left_out else f"{said}, all that there are."


def _print(console: "Console", found: RunComparison) -> None:
    view = SummaryView(console)
    view.line()
    for word, run in (("before", found.before), ("after", found.after)):
        view.line(f"{word:<7} {_run(run)}")
    view.line(_overlap(found.cases), style="dim")
    for one in found.variants:
        view.variants([one.before, one.after])
        view.line()
        for line in _changed(one.before, one.after):
            view.line(line, style="dim")
        view.difference(one.comparison)
        if one.comparison.n:
            view.line(difference_sentence(one.comparison))
        view.flips(one.comparison)
        _differences(view, "Graders", one.graders)
        ranked = [slice_ for slice_ in one.slices if slice_.n >= wording.POWERED_FROM]
        left_out = len(one.slices) - len(ranked)
        _differences(view, "Slices, the largest losses first", ranked[:_SLICES_SHOWN])
        if left_out:
            view.line(f"{wording.plural(left_out, 'slice')} of fewer than {wording.POWERED_FROM} cases", style="dim")
        FailureView(console).errors([one.before, one.after], {})


def _run(run: RunReference) -> str:
    return f"{run.run}  {run.suite}  {wording.moment(run.started_utc)}"


def _changed(before: VariantSummary, after: VariantSummary) -> list[str]:
    """What was run, when it is not the same."""
    told = [
        f"{side.name}: {' '.join(filter(None, (side.prompt, side.version)))} ({wording.short_digest(side.digest)}), "
        f"{side.model}"
        for side in (before, after)
    ]
    same = (before.digest, before.model) == (after.digest, after.model)
    return ["The same prompt version and the same model in both runs."] if same else told


def _differences(view: SummaryView, title: str, found: Sequence[Difference]) -> None:
    """A table of paired differences."""
    if not found:
        return
    view.line()
    view.line(title, style="bold")
    table = view.table()
    for head, justify in (("", "left"), ("before", "right"), ("after", "right"), ("difference", "right"), ("", "left")):
        table.add_column(head, justify="left" if justify == "left" else "right", no_wrap=True, overflow="crop")
    for one in found:
        table.add_row(view.text.one_line(one.name, 36), *(view.text.safe(cell) for cell in _cells(one)))
    view.console.print(table)


def _cells(one: Difference) -> Iterator[str]:
    yield wording.percent(one.before.value)
    yield wording.percent(one.after.value)
    yield f"{wording.signed(one.diff)} ({wording.signed(one.low)} to {wording.signed(one.high)})"
    yield f"{one.gained:,} gained, {one.lost:,} lost of {one.n:,}"
