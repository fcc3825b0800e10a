"""``assay plan``: before money is spent, what a suite can see, how many cases its margins take, and at what cost."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table

from assay.app import App
from assay.cli.options import json_option, model_options
from assay.cli.output import plain, print_json, stdout_console
from assay.core.errors import BadInput
from assay.evaluate import wording
from assay.evaluate.native import SuiteOptions, alike_note, open_suite
from assay.evaluate.plan import override_of
from assay.evaluate.planning.evidence import gather
from assay.evaluate.planning.plan import Given, Least, LeastRate, Plan, Seen, Size, SliceSize, make_plan
from assay.evaluate.runs import find_run

if TYPE_CHECKING:
    from rich.console import Console


@click.command(
    epilog="""\b
Examples:
  assay plan suites/triage.yaml
  assay plan suites/triage.yaml --pilot last
  assay plan suites/triage.yaml --discordant 0.05 --repeats 3
  assay plan suites/triage.yaml --model openai/gpt-4o-mini --json

\b
Nothing is run and nothing is paid. The variation is that of the suite's last run, or of --pilot, or what is assumed.
Exit status: 0 enough cases for every margin of the gate, its slices, least rates and 'never', 1 too few, 2 an error.
Ratios and means of 'metrics' are not planned for, and do not count."""
)
@click.argument("suite_file", metavar="SUITE", type=click.Path(path_type=Path))
@click.option("--pilot", metavar="RUN", help="Take the variation from this run, and not from the suite's last one.")
@click.option(
    "--discordant",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SHARE",
    help="Assume that this share of cases comes out otherwise under the two variants.",
)
@click.option("--repeats", type=click.IntRange(min=1), help="Plan for so many repeats, instead of the suite's number.")
@click.option("--concurrency", type=click.IntRange(min=1), help="Calls under way at once, for the time it takes.")
@model_options
@json_option
def plan(
    suite_file: Path,
    pilot: str | None,
    discordant: float | None,
    repeats: int | None,
    concurrency: int | None,
    model: str | None,
    base_url: str | None,
    key_env: str | None,
    temperature: float | None,
    max_tokens: int | None,
    seed: int | None,
    as_json: bool,
) -> int:
    """Say what a suite can see, and what its margins take and cost."""
    app = App.open(suite_file.parent if suite_file.exists() else None)
    override = override_of(model, base_url, key_env, temperature=temperature, max_tokens=max_tokens, seed=seed)
    options = SuiteOptions(
        override=replace(override, default=app.models.default), repeats=repeats, judge=app.evaluate.judge
    )
    prepared, _ = open_suite(app.project, suite_file, options)
    suite = prepared.suite
    if (note := alike_note(prepared)) is not None:
        click.echo(note, err=True)
    if suite.gate is None or not suite.gate.infers:
        raise BadInput(
            f"{suite.file} has no gate that concludes from cases, so there is nothing to plan for",
            hint="say what must hold, such as 'gate: {compare: {candidate: …, baseline: …, margin: 0.02}}'",
            code="plan.no_gate",
        )
    targets = {variant.name: variant.target for variant in prepared.variants}
    runs = app.folder / "runs"
    known = gather(
        runs,
        suite=suite.name,
        gate=suite.gate,
        targets=targets,
        datasets=prepared.facts.digests,
        pilot=None if pilot is None else find_run(runs, pilot),
        flips=discordant,
    )
    found = make_plan(
        Given(
            suite=suite.name,
            gate=suite.gate,
            cases=prepared.facts.cases,
            repeats=suite.repeats,
            source=known.source,
            spreads=known.spreads,
            takes=known.takes,
            concurrency=concurrency or suite.concurrency or app.concurrency(targets.values()),
            idle=known.idle,
            rates=known.rates,
            tags=prepared.facts.tags,
        )
    )
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        _print(stdout_console(), found)
    return 0 if found.enough else 1


def _print(console: "Console", found: Plan) -> None:
    def say(text: str, style: str | None = None) -> None:
        console.print(plain(text.replace(wording.NBSP, " ")), style=style, highlight=False, markup=False)

    often = "once" if found.repeats == 1 else f"{found.repeats} times"
    say(found.suite, "bold")
    varies = f" The variation is from {found.source}." if found.margins else ""
    say(f"{wording.plural(found.cases, 'case')}, each run {often}.{varies}")
    for seen in found.margins:
        say("")
        say(margin_sentence(seen, found))
    for rate in found.rates:
        say("")
        say(rate_sentence(rate, found))
    for never in found.never:
        said = "there are enough" if never.enough else f"{never.needed - found.cases:,} are missing"
        share = wording.percent(never.at_most)
        say("")
        say(
            f"{never.grader}: to show that it fails at most {share} takes {never.needed:,} cases without one failure; "
            f"{said}."
        )
    for text in (*(slice_sentence(one) for one in found.slices), *_unplanned(found)):
        say("")
        say(text)
    if found.sizes:
        say("")
        console.print(_sizes(found.sizes))
        say(
            "Sees: the smallest loss that so many cases can rule out, four times in five, when the two do not differ. "
            "Passes: how often a candidate that is no different passes.",
            "dim",
        )
    if found.best_repeats is not None and found.best_repeats > 1:
        say("")
        often = f"{found.best_repeats} repeats of each case"
        say(f"If a new case costs as much as a repeat, {often} bring most for the money.")
    if found.least is not None:
        say("")
        say(least_sentence(found.least))


def margin_sentence(seen: Seen, found: Plan) -> str:
    """What the suite can see of one margin, for a reader who knows no statistics."""
    margin, visible = _points(seen.margin), _points(seen.visible)
    metric = "pass rate" if seen.metric == "pass" else seen.metric
    chance = f"{100 * seen.power:.0f} times in 100"
    if seen.enough:
        return (
            f"{metric}: enough cases. A loss of {margin} points matters, and the suite can see one of {visible}. "
            f"A candidate that is no different passes {chance}."
        )
    more = seen.needed - found.cases
    return (
        f"{metric}: too few cases. A loss of {margin} points matters, and the suite can see no loss below {visible}. "
        f"A candidate that is no different passes only {chance}; about {seen.needed:,} cases would make it 80 "
        f"({more:,} more)."
    )


def slice_sentence(one: SliceSize) -> str:
    """What the slices take."""
    told = "there are enough" if one.enough else f"{one.needed - one.cases:,} are missing"
    many = "one slice is" if one.slices == 1 else f"{one.slices:,} slices are"
    metric = "pass rate" if one.metric == "pass" else one.metric
    counts = "" if one.enough or one.counts else " The gate only tells that, and may pass all the same."
    return (
        f"{metric} in slices: {many} looked at too, by {', '.join(one.tags)}. To see a loss of {_points(one.margin)} "
        f"points in each takes about {one.needed:,} cases; the smallest, {one.smallest}, has {one.cases:,}, so "
        f"{told}.{counts}"
    )


def _unplanned(found: Plan) -> list[str]:
    if not found.unplanned:
        return []
    return [f"Not planned for: {', '.join(found.unplanned)}. How many cases that takes is seen in a run alone."]


def rate_sentence(rate: LeastRate, found: Plan) -> str:
    """What it takes to show a least pass rate."""
    least, true = wording.level(rate.minimum), wording.percent(rate.rate)
    known = "as in the last run" if rate.seen else "half way between that and all"
    if rate.needed is None:
        said = "no number of cases shows that it is"
        return f"{rate.variant}: its pass rate was {true}, which is not above {least}; {said}."
    said = "there are enough" if rate.enough else f"{rate.needed - found.cases:,} are missing"
    return (
        f"{rate.variant}: to show a pass rate of at least {least}, if it truly is {true} ({known}), takes about "
        f"{rate.needed:,} cases; {said}."
    )


def least_sentence(least: Least) -> str:
    """Which cases add least, in words."""
    alike = least.always_pass + least.never_pass
    said = (
        f"{alike:,} of {least.cases:,} cases came out alike every time over {wording.plural(least.runs, 'run')}: "
        f"{least.always_pass:,} always pass, {least.never_pass:,} never do. They do not tell variants apart. Keep "
        "them, since they stand for what users send, but write new cases of other kinds."
    )
    if least.crowded:
        names = ", ".join(f"{cluster} ({n})" for cluster, n in least.crowded[:5])
        said += f" Clusters of which every case came out alike: {names}; one case of each would tell nearly as much."
    return said


def _sizes(sizes: Sequence[Size]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("cases", "repeats", "samples", "sees", "passes", "cost", "time"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    for size in sizes:
        table.add_row(
            f"{size.cases:,}",
            str(size.repeats),
            f"{size.samples:,}",
            f"{_points(size.visible)} points",
            f"{100 * size.power:.0f} %",
            wording.cost(size.cost_usd).replace(wording.NBSP, " "),
            wording.UNKNOWN if size.time_s is None else wording.duration(size.time_s).replace(wording.NBSP, " "),
            "now" if size.is_now else "",
            style="bold" if size.is_now else None,
        )
    return table


def _points(share: float) -> str:
    return f"{100 * share:.3g}"
