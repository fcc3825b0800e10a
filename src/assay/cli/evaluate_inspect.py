"""``assay eval`` for a task of Inspect's: ``assay eval task.py`` or ``assay eval task.py@NAME``."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import click

from assay.app import App
from assay.cli.eval_view import STATUS
from assay.cli.export_run import Export, export_option, write_exports
from assay.cli.options import budget_options, json_option, model_options, progress_options
from assay.cli.output import near, print_json
from assay.cli.run_job import JobRunner, print_finished
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.engine.prepare import DEFAULT_MODEL
from assay.evaluate.adapters.inspect_task import TaskOptions, inspect_job
from assay.evaluate.eval_json import eval_json
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.plan import override_of
from assay.evaluate.types import BudgetSpec
from assay.models.target import parse_target

_TASK = re.compile(r"(?P<file>.+\.py)(?:@(?P<name>\w+))?")


def calls_inspect(arguments: Sequence[str]) -> bool:
    """Whether these arguments of ``assay eval`` name a task of Inspect's: a Python file, and perhaps a name in it."""
    return bool(arguments) and not arguments[0].startswith("-") and _TASK.fullmatch(arguments[0]) is not None


@click.command(
    "eval",
    epilog="""\b
Examples:
  assay eval task.py --model openai/gpt-4o-mini --key-env OPENAI_API_KEY
  assay eval task.py@hard -T level=3 --epochs 2

\b
The file is Python and runs as it does under 'inspect eval'; name only files that you trust.
Exit status: 0 a valid run, 2 error in a file or option, 3 too many errors, 130 interrupted.""",
)
@click.argument("task", metavar="TASK")
@model_options
@click.option("-T", "arguments", multiple=True, metavar="NAME=VALUE", help="An argument of the task; YAML values.")
@click.option("--epochs", type=click.IntRange(min=1), help="Run each sample so often, instead of the task's number.")
@click.option("--fresh", is_flag=True, help="Pay anew for every call; replies that are there are not used.")
@budget_options
@export_option
@progress_options
@json_option
def inspect_eval(
    task: str,
    model: str | None,
    base_url: str | None,
    key_env: str | None,
    temperature: float | None,
    max_tokens: int | None,
    seed: int | None,
    arguments: tuple[str, ...],
    epochs: int | None,
    fresh: bool,
    max_cost: Decimal | None,
    max_tokens_total: int | None,
    max_time: float | None,
    exports: tuple[Export, ...],
    progress: str | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run a task of Inspect's as a suite."""
    file, name = _named(task)
    app = App.open(file.parent)
    override = override_of(model, base_url, key_env, temperature=temperature, max_tokens=max_tokens, seed=seed)
    target = parse_target(override.model or DEFAULT_MODEL, base_url=override.base_url, key=override.key)
    given = TaskOptions(target=target, parameters=override.parameters, arguments=_arguments(arguments), epochs=epochs)
    job = inspect_job(file, name, given, shown=str(near(file.absolute())))
    runner = JobRunner(app, progress=progress, quiet=quiet, as_json=as_json)
    budget = BudgetSpec(cost_usd=max_cost, tokens=max_tokens_total, time_s=max_time)
    options = runner.options(concurrency=app.concurrency([target]), fresh=fresh, budget=budget)
    finished = runner.run(job, options)
    write_exports(exports, FinishedRun(finished.summary, finished.folder))
    if as_json:
        print_json(eval_json(finished.summary, finished.folder))
    else:
        print_finished(finished)
    return STATUS[finished.summary.decision]


def _named(task: str) -> tuple[Path, str | None]:
    found = _TASK.fullmatch(task)
    assert found is not None
    file = Path(found["file"])
    if not file.is_file():
        raise BadInput(f"there is no task {file}", hint="check the path", code="inspect.missing")
    return file, found["name"]


def _arguments(pairs: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise BadInput(f"-T {pair!r} is no pair", hint="write -T NAME=VALUE", code="cli.pair")
        found[name] = parse_document(text, file=f"-T {name}").value
    return found
