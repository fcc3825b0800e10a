"""``assay eval``: a suite from its file to a decision."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import click

from assay.app import App, SuiteOpener
from assay.cli.cluster_options import Cluster, cluster_options
from assay.cli.eval_view import print_summary
from assay.cli.export_run import Export, export_option, write_exports
from assay.cli.options import against_options, budget_options, json_option, model_options, override_of
from assay.cli.output import near, print_json, stdout_console
from assay.cli.progress_view import ProgressView
from assay.core.errors import BadInput
from assay.evaluate.against import against
from assay.evaluate.cluster.on_ray import OnRay
from assay.evaluate.eval_json import eval_json
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.native import job_of, prepare_suite
from assay.evaluate.plan import Planned, Variant
from assay.evaluate.run_folder import REPORT
from assay.evaluate.service import Evaluation, Finished, Job, Options
from assay.evaluate.suite import load_suite
from assay.evaluate.types import BudgetSpec, Decision, Suite
from assay.models.accounts import AccountLeftOut

STOPPED = "interrupted; what was paid for is kept, and the same command goes on from there"
STATUS: dict[Decision, int] = {"pass": 0, "fail": 1, "inconclusive": 3, "invalid": 3}


@click.command(
    epilog="""\b
Examples:
  assay eval suites/triage.yaml
  assay eval suites/triage.yaml --json > result.json
  assay eval suites/triage.yaml --model openai/gpt-4o-mini --key-env OPENAI_API_KEY
  assay eval suites/triage.yaml --fresh --repeats 3
  assay eval suites/triage.yaml --against origin/main
  assay eval suites/triage.yaml --max-cost 2.50 --max-time 20m

\b
A run that was stopped goes on where it was: give the same command again.
Exit status: 0 pass, 1 fail, 2 error in a file or option, 3 inconclusive or invalid, 130 interrupted."""
)
@click.argument("suite_file", metavar="SUITE", type=click.Path(path_type=Path))
@model_options
@click.option("--repeats", type=click.IntRange(min=1), help="Run each case so often, instead of the suite's number.")
@click.option("--concurrency", type=click.IntRange(min=1), help="Calls under way at once.")
@click.option("--fresh", is_flag=True, help="Pay anew for every sample; replies that are there are not used.")
@budget_options
@against_options
@export_option
@cluster_options
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@json_option
def evaluate(
    suite_file: Path,
    model: str | None,
    base_url: str | None,
    key_env: str | None,
    temperature: float | None,
    max_tokens: int | None,
    seed: int | None,
    repeats: int | None,
    concurrency: int | None,
    fresh: bool,
    max_cost: Decimal | None,
    max_tokens_total: int | None,
    max_time: float | None,
    revision: str | None,
    margin: float | None,
    exports: tuple[Export, ...],
    cluster: Cluster,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run a suite, compare its variants, decide."""
    app = App.open(suite_file.parent if suite_file.exists() else None)
    suite_file = _suite_file(app, suite_file)
    suite = load_suite(app.project, suite_file)
    suite = suite.with_options(repeats=repeats, concurrency=concurrency, judge=app.evaluate.judge)
    suite = _against(app, suite, suite_file, revision, margin)
    override = override_of(model, base_url, key_env, temperature, max_tokens, seed)
    prepared = prepare_suite(app.project, suite, suite_file, override)
    options = Options(
        concurrency=app.concurrency(v.target for v in prepared.variants),
        timeout_s=app.models.timeout_s,
        fresh=fresh,
        report_rows=app.evaluate.report_rows,
        budget=BudgetSpec(cost_usd=max_cost, tokens=max_tokens_total, time_s=max_time),
    )
    opener = SuiteOpener(
        root=None if cluster.upload else app.project.root.absolute(),
        suite_file=suite.file,
        override=override,
        facts=prepared.facts,
        repeats=repeats,
        concurrency=concurrency,
    )
    executor = cluster.executor(app, opener, options, suite.concurrency or options.concurrency)
    try:
        finished = asyncio.run(_run(app, job_of(app.project, prepared), options, executor, quiet=quiet or as_json))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(STOPPED) from None
    write_exports(exports, FinishedRun(finished.summary, finished.folder))
    if as_json:
        print_json(eval_json(finished.summary, finished.folder))
    else:
        print_summary(
            stdout_console(),
            finished.summary,
            report=near(finished.folder / REPORT),
            next_commands=_next(app, prepared.variants),
            failures=finished.failures,
        )
    return STATUS[finished.summary.decision]


def _against(app: App, suite: Suite, suite_file: Path, revision: str | None, margin: float | None) -> Suite:
    """The suite with a baseline from Git, if one is asked for and there is one."""
    if revision is None:
        return suite
    found, why_not = against(app.project, suite, suite_file, revision, margin=margin)
    if why_not is not None:
        click.echo(why_not, err=True)
    return found


async def _run(app: App, job: Job[Planned], options: Options, executor: OnRay | None, *, quiet: bool) -> Finished:
    evaluation = Evaluation(app.folder, app.clock)
    with ProgressView(job.total, quiet=quiet) as view:
        app.events.subscribe(AccountLeftOut, view.say)
        if executor is not None:
            return await evaluation.run_by(executor, job, options, view.update)
        async with app.engine() as engine:
            return await evaluation.run(job, engine, options, view.update)


def _next(app: App, variants: Sequence[Variant]) -> list[str]:
    """Three commands that go on from here."""
    files = [near(app.project.root / v.prepared.prompt.file) for v in (variants[0], variants[-1])]
    commands = [f"assay show {files[1]}", f"assay lint {files[1]}"]
    if files[0] != files[1]:
        return [f"assay diff {files[0]} {files[1]}", *commands]
    needed = [name for name, entry in variants[-1].prepared.prompt.inputs.items() if entry.required]
    return [*commands, " ".join([f"assay render {files[1]}", *(f"-i {name}='…'" for name in needed)])]


def _suite_file(app: App, given: Path) -> Path:
    """The suite's file; a name that is none is answered with the file that was probably meant."""
    if given.exists():
        return given
    there = sorted(app.project.root.glob("suites/*.y*ml"))
    alike = [p for p in there if p.stem == given.stem or get_close_matches(given.stem, [p.stem], n=1, cutoff=0.6)]
    if alike:
        raise BadInput(f"there is no suite {given}", hint=f"did you mean {near(alike[0])}?", code="suite.missing")
    return given
