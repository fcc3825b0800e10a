"""``assay compare-models``: a suite's prompt on several models; quality, cost, latency, and what moving would lose."""

from decimal import Decimal
from pathlib import Path

import click
import msgspec
from rich.table import Table

from assay.app import App
from assay.cli.options import budget_options, json_option
from assay.cli.output import near, plain, print_json, stdout_console
from assay.cli.run_job import JobRunner
from assay.core.errors import BadInput
from assay.evaluate import wording
from assay.evaluate.exporter import load_run
from assay.evaluate.model_comparison.choice import BETWEEN, ModelChoice
from assay.evaluate.model_comparison.measure import Figure, Model, measure
from assay.evaluate.model_comparison.picture import picture
from assay.evaluate.native import SuiteOptions, job_of, open_suite
from assay.evaluate.plan import Override
from assay.evaluate.types import BudgetSpec
from assay.storage.whole_file import write_whole


@click.command(
    "compare-models",
    epilog="""\b
Examples:
  assay compare-models suites/triage.yaml --models openai/gpt-4.1,openai/gpt-4.1-mini
  assay compare-models suites/triage.yaml --models openai/gpt-4.1,anthropic/claude-haiku-4 --picture pareto.svg
  assay compare-models suites/triage.yaml --models openai/gpt-4.1,openai/gpt-4.1-mini --try ../prompts/b.prompt.md

\b
The first model is the reference: what the others lose is what it passes and they do not. With --try, other prompts are
run on the last model as well, to see how many of its regressions they win back. A run that was stopped goes on where it
was. Exit status: 0, or 2 for an error; nothing is decided.""",
)
@click.argument("suite_file", metavar="SUITE", type=click.Path(path_type=Path))
@click.option("--models", required=True, metavar="A,B,...", help="The models, PROVIDER/MODEL, with commas between.")
@click.option("--at", "addresses", multiple=True, metavar="MODEL=URL", help="The server of a model.")
@click.option("--variant", metavar="NAME", help="The suite's variant whose prompt is run; its candidate without it.")
@click.option("--try", "tried", multiple=True, metavar="PROMPT", help="Another prompt, for the last model.")
@click.option("--repeats", type=click.IntRange(min=1), help="Run each case so often.")
@click.option("--concurrency", type=click.IntRange(min=1), help="Calls under way at once.")
@click.option(
    "--picture", "svg", type=click.Path(path_type=Path), metavar="FILE", help="Write the Pareto picture as SVG."
)
@budget_options
@json_option
def compare_models(
    suite_file: Path,
    models: str,
    addresses: tuple[str, ...],
    variant: str | None,
    tried: tuple[str, ...],
    repeats: int | None,
    concurrency: int | None,
    svg: Path | None,
    max_cost: Decimal | None,
    max_tokens_total: int | None,
    max_time: float | None,
    as_json: bool,
) -> int:
    """Run a suite's prompt on several models, and say what moving would change."""
    app = App.open(suite_file.parent if suite_file.exists() else None)
    names = tuple(name.strip() for name in models.split(",") if name.strip())
    if len(names) < 2:
        raise BadInput("there is one model, and nothing to compare it with", hint="name two or more", code="models.one")
    choice = ModelChoice(models=names, addresses=_addresses(addresses), variant=variant, tried=tried)
    options = SuiteOptions(
        override=Override(default=app.models.default), repeats=repeats, judge=app.evaluate.judge, models=choice
    )
    prepared, _ = open_suite(app.project, suite_file, options)
    runner = JobRunner(app, progress=None, quiet=as_json, as_json=as_json)
    at_once = concurrency or prepared.suite.concurrency or app.concurrency(v.target for v in prepared.variants)
    budget = BudgetSpec(cost_usd=max_cost, tokens=max_tokens_total, time_s=max_time)
    how = runner.options(concurrency=at_once, fresh=False, budget=budget, approve_look=None)
    finished = runner.run(job_of(app.project, prepared), how)
    variants = [v.name for v in finished.summary.variants]
    found = measure(
        load_run(finished.folder).rows(), variants, reference=names[0], tried=[n for n in variants if BETWEEN in n]
    )
    if svg is not None:
        write_whole(svg, picture(found).encode())
    if as_json:
        print_json({"run": str(finished.folder), "reference": names[0], "models": msgspec.to_builtins(found)})
    else:
        _print(found, names[0])
        click.echo(f"\nRun: {near(finished.folder)}" + (f"\nPicture: {svg}" if svg is not None else ""), err=True)
    return 0


def _addresses(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        model, equals, url = text.partition("=")
        if not equals or not model or not url:
            raise BadInput(f"--at is {text!r}", hint="write MODEL=URL", code="models.at")
        found[model] = url
    return found


def _print(models: list[Model], reference: str) -> None:
    console = stdout_console()

    def say(text: str = "", style: str | None = None) -> None:
        console.print(plain(text.replace(wording.NBSP, " ")), style=style, highlight=False, markup=False)

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, column in enumerate(("", "passes", "contract", "p50 / p95", "for each success", "front")):
        table.add_column(column, justify="left" if number == 0 else "right", overflow="fold")
    for model in models:
        table.add_row(
            plain(model.name),
            _share(model.quality),
            f"{100 * model.valid_first:.0f} %",
            f"{_ms(model.latency_p50_ms)} / {_ms(model.latency_p95_ms)}",
            _usd(model.cost_per_success_usd),
            "yes" if model.on_front else "no",
        )
    console.print(table)
    say(
        "On the front: no other model is shown to pass more while being as cheap and as fast. Where a cost is unknown, "
        "it is not known which is as cheap.",
        "dim",
    )
    for model in models:
        if model.moved is None:
            continue
        say()
        say(f"{model.name} against {reference}", "bold")
        say(f"  {_sentence(model)}")
        lost = sum(model.moved.lost.values())
        causes = ", ".join(f"{code} {n}" for code, n in model.moved.lost.items())
        say(f"  lost {lost}{f' ({causes})' if causes else ''}, gained {model.moved.gained}")
        if model.moved.lost_cases:
            say(f"  lost: {', '.join(model.moved.lost_cases[:6])}", "dim")
        if model.won_back is not None:
            won, of = model.won_back
            say(f"  wins back {won} of the {of} cases that the model lost. Some would have come back by chance:")
            say("  what counts is the difference above, over all cases.")


def _sentence(model: Model) -> str:
    assert model.moved is not None
    found = model.moved.difference
    low, high = found.low or 0.0, found.high or 0.0
    seen = f"{wording.points(found.value)} ({wording.signed(low)} to {wording.signed(high)})"
    if low > 0:
        return f"passes more of the same cases: {seen}."
    if high < 0:
        return f"passes fewer of the same cases: {seen}."
    return f"cannot be told apart on these cases: {seen}."


def _share(found: Figure) -> str:
    return f"{100 * found.value:.1f} % ({100 * (found.low or 0):.0f} to {100 * (found.high or 0):.0f})"


def _ms(found: Figure | None) -> str:
    return wording.UNKNOWN if found is None else wording.latency(found.value).replace(wording.NBSP, " ")


def _usd(found: Figure | None) -> str:
    if found is None:
        return wording.UNKNOWN
    return (
        f"${found.value:.3g}"
        if not found.value
        else f"${found.value:.3g} ({found.low or 0:.3g} to {found.high or 0:.3g})"
    )
