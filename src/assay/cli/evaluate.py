"""``assay eval``: suites from their files to a decision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import click

from assay.app import App, SuiteOpener
from assay.cli.cluster_options import Cluster, cluster_options
from assay.cli.eval_command import EvalCommand
from assay.cli.eval_view import STATUS, print_suites
from assay.cli.explain import explain_case, last_run_of
from assay.cli.export_run import Export, export_option, export_paths, write_exports
from assay.cli.next_step import stands_in
from assay.cli.options import (
    against_options,
    approve_look_option,
    budget_options,
    json_option,
    model_options,
    progress_options,
)
from assay.cli.output import near, print_json, stdout_console
from assay.cli.run_job import JobRunner, print_finished
from assay.cli.suite_choice import Choice, Chosen, choose_suites
from assay.core.errors import BadInput
from assay.evaluate.eval_json import eval_json, many_json
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.gate import worst
from assay.evaluate.native import SuiteOptions, job_of
from assay.evaluate.plan import Variant, override_of
from assay.evaluate.service import Finished
from assay.evaluate.types import BudgetSpec


@click.command(
    cls=EvalCommand,
    epilog="""\b
Examples:
  assay eval suites/triage.yaml
  assay eval suites/triage.yaml --json > result.json
  assay eval suites/triage.yaml --model openai/gpt-4o-mini --key-env OPENAI_API_KEY
  assay eval suites/triage.yaml --fresh --repeats 3
  assay eval suites/triage.yaml --against origin/main
  assay eval suites/triage.yaml --stop-early
  assay eval suites/triage.yaml --max-cost 2.50 --max-time 20m
  assay eval suites/triage.yaml suites/reply.yaml
  assay eval --since main

\b
A run that was stopped goes on where it was: give the same command again. Of several suites the worst decision counts.
Exit status: 0 pass, 1 fail, 2 error in a file or option, 3 inconclusive or invalid, 130 interrupted.""",
)
@click.argument("suite_files", metavar="[SUITE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--since",
    metavar="REV",
    help="Only suites touched by a change since then, such as main; main... for where the branch began.",
)
@model_options
@click.option("--repeats", type=click.IntRange(min=1), help="Run each case so often, instead of the suite's number.")
@click.option("--concurrency", type=click.IntRange(min=1), help="Calls under way at once.")
@click.option("--fresh", is_flag=True, help="Pay anew for every sample; replies that are there are not used.")
@click.option(
    "--explain", "case", metavar="CASE", help="Run nothing: print everything about this case of the last run."
)
@click.option("--stop-early", is_flag=True, help="End the run once its gate is decided; keeps the error rate.")
@approve_look_option
@budget_options
@against_options
@export_option
@cluster_options
@progress_options
@json_option
def evaluate(
    suite_files: tuple[Path, ...],
    since: str | None,
    model: str | None,
    base_url: str | None,
    key_env: str | None,
    temperature: float | None,
    max_tokens: int | None,
    seed: int | None,
    repeats: int | None,
    concurrency: int | None,
    fresh: bool,
    case: str | None,
    stop_early: bool,
    approve_look: str | None,
    max_cost: Decimal | None,
    max_tokens_total: int | None,
    max_time: float | None,
    revision: str | None,
    margin: float | None,
    exports: tuple[Export, ...],
    cluster: Cluster,
    progress: str | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run suites, compare their variants, decide."""
    app = App.open(suite_files[0].parent if suite_files and suite_files[0].exists() else None)
    if case is not None:
        return explain_case(app, last_run_of(app, suite_files), case, as_json=as_json)
    override = override_of(model, base_url, key_env, temperature=temperature, max_tokens=max_tokens, seed=seed)
    given = SuiteOptions(
        override=replace(override, default=app.models.default),
        repeats=repeats,
        concurrency=concurrency,
        judge=app.evaluate.judge,
        against=revision,
        margin=margin,
    )
    choice = choose_suites(app, suite_files, since, given)
    _tell(choice)
    budget = BudgetSpec(cost_usd=max_cost, tokens=max_tokens_total, time_s=max_time)
    runner = JobRunner(app, progress=progress, quiet=quiet, as_json=as_json)
    how = _How(runner, app, given, cluster, fresh, budget, approve_look, stop_early)
    found: list[Finished] = []
    paths = export_paths(exports, [chosen.suite.name for chosen in choice.suites])
    for chosen, own in zip(choice.suites, paths, strict=True):
        found.append(finished := how.run(chosen))
        write_exports(own, FinishedRun(finished.summary, finished.folder))
        if not as_json:
            if len(choice.suites) > 1:
                click.echo(f"\n{chosen.suite.name} ({chosen.suite.file})")
            usual, last = _next(app, chosen.prepared.variants), chosen is choice.suites[-1]
            print_finished(finished, usual, root=app.project.root, last=last)
    if len(found) > 1 and not as_json:
        print_suites(stdout_console(), [finished.summary for finished in found])
    decisions = [finished.summary.decision for finished in found]
    if as_json:
        runs = [eval_json(finished.summary, finished.folder) for finished in found]
        print_json(runs[0] if len(suite_files) == 1 and since is None else many_json(runs, choice.left_out, decisions))
    return STATUS[worst(decisions)]


def _tell(choice: Choice) -> None:
    """What there is to say before the first suite is run."""
    notes = (v.note for chosen in choice.suites for v in chosen.prepared.variants if v.note is not None)
    for line in (*choice.told, *dict.fromkeys(notes)):
        click.echo(line, err=True)


@dataclass(slots=True)
class _How:
    """What every suite of the command is run with; ``budget`` is what is left for the next one."""

    runner: JobRunner
    app: App
    given: SuiteOptions
    cluster: Cluster
    fresh: bool
    budget: BudgetSpec
    approve_look: str | None
    stop_early: bool

    def run(self, chosen: Chosen) -> Finished:
        """Run one suite."""
        app, suite, prepared = self.app, chosen.suite, chosen.prepared
        if self.stop_early and self.cluster.on is not None:
            raise BadInput(
                "--stop-early does not go with --on ray",
                hint="leave one of them out: shards do not know of each other what is decided",
                code="cli.stop_early",
            )
        concurrency = app.concurrency(v.target for v in prepared.variants)
        options = self.runner.options(
            concurrency=concurrency, fresh=self.fresh, budget=self.budget, approve_look=self.approve_look
        )
        opener = SuiteOpener(
            root=None if self.cluster.upload else app.project.root.absolute(),
            suite_file=suite.file,
            options=self.given,
            facts=prepared.facts,
        )
        executor = self.cluster.executor(app, opener, options, suite.concurrency or options.concurrency)
        finished = self.runner.run(job_of(app.project, prepared, stop_early=self.stop_early), options, executor)
        self.budget = self.budget.less(finished.budget_left)
        return finished


def _next(app: App, variants: Sequence[Variant]) -> list[str]:
    """Three commands that go on from here."""
    paths = [Path(v.prepared.prompt.file) for v in (variants[0], variants[-1])]
    root = app.project.root
    files = [str(near(root.absolute() / path) if stands_in(root) else path) for path in paths]
    commands = [f"assay show {files[1]}", f"assay lint {files[1]}"]
    if files[0] != files[1]:
        return [f"assay diff {files[0]} {files[1]}", *commands]
    needed = [name for name, entry in variants[-1].prepared.prompt.inputs.items() if entry.required]
    return [*commands, " ".join([f"assay render {files[1]}", *(f"-i {name}='…'" for name in needed)])]
