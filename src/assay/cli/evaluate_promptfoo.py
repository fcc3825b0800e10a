"""``assay eval`` for configurations of promptfoo's, with promptfoo's own flags beside those of ``assay eval``."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from assay.app import App
from assay.cli.eval_view import STATUS
from assay.cli.export_run import Export, export_option, write_exports
from assay.cli.options import budget_options, json_option, progress_options
from assay.cli.output import print_json
from assay.cli.param_type import ParamType
from assay.cli.run_job import JobRunner, print_finished
from assay.core.errors import BadInput
from assay.evaluate.eval_json import eval_json
from assay.evaluate.exporter import FinishedRun, export_to
from assay.evaluate.promptfoo.config import DEFAULT_NAMES, default_config
from assay.evaluate.promptfoo.detect import is_promptfoo
from assay.evaluate.promptfoo.earlier import Earlier, Which
from assay.evaluate.promptfoo.job import job_of, pass_rate
from assay.evaluate.promptfoo.selection import Selection
from assay.evaluate.promptfoo.suite import Flags, environment, load
from assay.evaluate.service import Finished
from assay.evaluate.types import BudgetSpec

FAILED_STATUS = 100
_CONFIG_FLAGS = ("-c", "--config", "-a", "--assertions", "--model-outputs")
_IGNORED = ("share", "table", "write", "progress-bar", "verbose")
_NOTHING = "A flag of promptfoo's that changes nothing here."
_EXPORTED = {".json": "promptfoo", ".xml": "junit"}


def calls_promptfoo(arguments: Sequence[str], native: Iterable[click.Parameter] = ()) -> bool:
    """Whether these arguments of ``assay eval`` mean a configuration of promptfoo's.

    Args:
        arguments: As they were given.
        native: The options of ``assay eval`` for other suites, of which some take a value.
    """
    if any(argument.partition("=")[0] in _CONFIG_FLAGS for argument in arguments):
        return True
    named = list(_named(arguments, [*native, *promptfoo_eval.params]))
    if named:
        absent = not any(Path(name).exists() for name in named)
        return any(is_promptfoo(Path(name)) for name in named) or (absent and _has_their_option(arguments, native))
    others = any(argument.partition("=")[0] in {"-h", "--help", "--since"} for argument in arguments)
    return not others and default_config(Path.cwd()) is not None


def _named(arguments: Sequence[str], parameters: Iterable[click.Parameter]) -> Iterator[str]:
    """The arguments that are neither options nor the values of options."""
    with_value = {
        name for p in parameters if isinstance(p, click.Option) and not (p.is_flag or p.count) for name in p.opts
    }
    given = iter(arguments)
    for argument in given:
        if argument in with_value:
            next(given, None)
        elif not argument.startswith("-"):
            yield argument


def _has_their_option(arguments: Sequence[str], native: Iterable[click.Parameter]) -> bool:
    """Whether an option is given that only configurations of promptfoo's have; it tells what a missing file was."""
    theirs = {name for p in promptfoo_eval.params for name in p.opts} - {name for p in native for name in p.opts}
    return any(argument.startswith("-") and argument.partition("=")[0] in theirs for argument in arguments)


class Pair(NamedTuple):
    """One ``NAME=VALUE``."""

    name: str
    value: str


class _PairType(ParamType[Pair]):
    name = "pair"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Pair:  # noqa: ARG002 - click passes them
        if isinstance(value, Pair):
            return value
        name, equals, text = str(value).partition("=")
        if not equals or not name:
            raise BadInput(f"{value!r} is no pair", hint="write NAME=VALUE", code="cli.pair")
        return Pair(name, text)


def _ignored(command: Any) -> Any:
    """Take the flags of promptfoo that change nothing here."""
    for name in _IGNORED:
        spelled = f"--{name}" if name == "verbose" else f"--{name}/--no-{name}"
        command = click.option(spelled, f"ignored_{name.replace('-', '_')}", is_flag=True, help=_NOTHING)(command)
    return click.option("--tag", "ignored_tag", multiple=True, help=_NOTHING)(command)


_PATH = click.Path(path_type=Path)


@click.command(
    "eval",
    epilog="""\b
Examples:
  assay eval promptfooconfig.yaml
  assay eval promptfooconfig.yaml --filter-first-n 5 --no-cache
  assay eval -c base.yaml -c tests.yaml --export promptfoo=results.json
  assay eval promptfooconfig.yaml --exit-codes promptfoo
  assay eval --assertions asserts.yaml --model-outputs outputs.json

\b
Exit status: 0 all passed, 1 some did not, 2 error in a file or option, 3 too many errors, 130 interrupted;
with --exit-codes promptfoo: 0, 100 (or PROMPTFOO_FAILED_TEST_EXIT_CODE) and 1.""",
)
@click.argument("files", metavar="[CONFIG]...", nargs=-1)
@click.option("-c", "--config", "configs", multiple=True, help="A configuration; several are merged. Globs are read.")
@click.option("-r", "--providers", multiple=True, help="Ids or labels of providers, instead of the configuration's.")
@click.option("-p", "--prompts", multiple=True, help="Paths of prompts, instead of the configuration's.")
@click.option("-t", "--tests", help="A file of tests, instead of the configuration's.")
@click.option("-a", "--assertions", type=_PATH, help="A file of assertions, for outputs that are there already.")
@click.option("--model-outputs", type=_PATH, help="The JSON file of those outputs.")
@click.option("--grader", help="The provider that judges, where nothing else names one.")
@click.option(
    "--var", "variables", type=_PairType(), multiple=True, metavar="NAME=VALUE", help="A variable of all tests."
)
@click.option("--prompt-prefix", help="Text before every prompt.")
@click.option("--prompt-suffix", help="Text after every prompt.")
@click.option("-d", "--description", help="What the run is called.")
@click.option("-x", "--extension", "extensions", multiple=True, help="A hook, such as file://hooks.py:beforeAll.")
@click.option("-n", "--filter-first-n", type=click.IntRange(min=0), help="Only so many tests from the start.")
@click.option("--filter-pattern", help="Only tests whose description matches this regular expression.")
@click.option("--filter-metadata", multiple=True, metavar="KEY=VALUE", help="Only tests with this in their metadata.")
@click.option("--filter-range", metavar="START:END", help="Only these tests, from 0, the end left out.")
@click.option("--filter-sample", type=click.IntRange(min=0), help="Only so many tests, by chance.")
@click.option("--filter-sample-seed", type=int, help="Makes that choice repeatable.")
@click.option("--filter-failing", type=_PATH, help="Only tests that did not pass in these results, promptfoo's JSON.")
@click.option("--filter-failing-only", type=_PATH, help="The same without errors.")
@click.option("--filter-errors-only", type=_PATH, help="Only tests that ended in an error in these results.")
@click.option("--filter-providers", "--filter-targets", help="Only providers whose id or label matches.")
@click.option("--filter-prompts", help="Only prompts whose id or label matches.")
@click.option("--repeat", "--repeats", type=click.IntRange(min=1), help="Run each test so often.")
@click.option(
    "-j",
    "--max-concurrency",
    "--concurrency",
    "concurrency",
    type=click.IntRange(min=1),
    help="Calls under way at once.",
)
@click.option("--delay", type=click.FloatRange(min=0), help="Milliseconds to wait after each call.")
@click.option("--no-cache", "--fresh", "fresh", is_flag=True, help="Pay anew for every sample.")
@click.option("--env-file", "--env-path", "env_files", type=_PATH, multiple=True, help="A .env file to read.")
@click.option("-o", "--output", "outputs", type=_PATH, multiple=True, help="Write the results there: .json or .xml.")
@click.option("--exit-codes", type=click.Choice(["assay", "promptfoo"]), default="assay", help="Whose exit codes.")
@budget_options
@export_option
@progress_options
@_ignored
@json_option
def promptfoo_eval(exports: tuple[Export, ...], exit_codes: str, quiet: bool, as_json: bool, **given: Any) -> int:
    """Run a configuration of promptfoo's, unchanged."""
    try:
        return _evaluate(exports, exit_codes, quiet=quiet, as_json=as_json, given=given)
    except BadInput as error:
        if exit_codes == "promptfoo":
            error.exit_status = 1
        raise


def _evaluate(
    exports: tuple[Export, ...], exit_codes: str, *, quiet: bool, as_json: bool, given: dict[str, Any]
) -> int:
    paths = _paths(given)
    app = App.open(paths[0] if paths else None)
    env = environment(_env_files(given["env_files"]))
    os.environ.update(env)
    loaded = load([p.resolve() for p in paths], app.project.root, env, _flags(given), _selection(given))
    for warning in loaded.suite.warnings:
        click.echo(f"warning: {warning}", err=True)
    job = job_of(loaded, loaded.selection)
    os.environ.update(loaded.suite.env)
    runner = JobRunner(app, progress=given["progress"], quiet=quiet, as_json=as_json)
    options = runner.options(
        concurrency=app.evaluate.concurrency,
        fresh=given["fresh"] or loaded.fresh,
        budget=BudgetSpec(cost_usd=given["max_cost"], tokens=given["max_tokens_total"], time_s=given["max_time"]),
    )
    finished = runner.run(job, options)
    run = FinishedRun(finished.summary, finished.folder)
    write_exports(exports, run)
    _write_outputs([*given["outputs"], *loaded.outputs], run)
    passed, total = _counts(finished)
    if as_json:
        print_json(eval_json(finished.summary, finished.folder))
    else:
        print_finished(finished)
        click.echo(f"{passed} of {total} passed ({100 * passed / total:.4g} %)")
    return _status(finished, exit_codes, env)


def _paths(given: dict[str, Any]) -> list[Path]:
    """The configurations, in order; the one with a default name where none is given."""
    named = [*given["files"], *given["configs"]]
    if not named:
        if given["assertions"] is not None:
            return []
        found = default_config(Path.cwd())
        if found is None:
            raise BadInput(
                "there is no configuration here",
                hint=f"name one; without a name, {', '.join(DEFAULT_NAMES[:3])} are looked for",
                code="promptfoo.no_config",
            )
        return [found]
    paths: list[Path] = []
    for name in named:
        found_paths = [Path(p) for p in sorted(glob.glob(name))] if any(c in name for c in "*?[") else [Path(name)]  # noqa: PTH207 - it takes any path
        paths += found_paths
        if not found_paths or not found_paths[0].is_file():
            raise BadInput(f"there is no configuration {name}", hint="check the path", code="promptfoo.no_config")
    return paths


def _env_files(named: Sequence[Path]) -> list[Path]:
    """The ``.env`` files: those that are named; each may hold several names, with commas between."""
    return [Path(part) for path in named for part in str(path).split(",")]


def _flags(given: dict[str, Any]) -> Flags:
    return Flags(
        repeat=given["repeat"],
        concurrency=given["concurrency"],
        delay_ms=given["delay"],
        providers=given["providers"],
        prompts=given["prompts"],
        tests=given["tests"],
        grader=given["grader"],
        prefix=given["prompt_prefix"],
        suffix=given["prompt_suffix"],
        description=given["description"],
        assertions=given["assertions"],
        model_outputs=given["model_outputs"],
        variables=tuple((pair.name, pair.value) for pair in given["variables"]),
        extensions=given["extensions"],
    )


def _selection(given: dict[str, Any]) -> Selection:
    return Selection(
        first=given["filter_first_n"],
        pattern=given["filter_pattern"],
        metadata=given["filter_metadata"],
        range=given["filter_range"],
        sample=given["filter_sample"],
        seed=given["filter_sample_seed"],
        prompts=given["filter_prompts"],
        providers=given["filter_providers"],
        earlier=_earlier(given),
    )


def _earlier(given: dict[str, Any]) -> Earlier | None:
    whiches: tuple[Which, ...] = ("failing", "failing-only", "errors-only")
    named = [(which, given[f"filter_{which.replace('-', '_')}"]) for which in whiches]
    found = [Earlier(file, which) for which, file in named if file is not None]
    if len(found) > 1:
        raise BadInput(
            f"--filter-{found[0].which} and --filter-{found[1].which} exclude each other",
            hint="give one of them",
            code="promptfoo.filter",
        )
    return found[0] if found else None


def _write_outputs(paths: Sequence[Path], run: FinishedRun) -> None:
    for path in paths:
        kind = _EXPORTED.get(path.suffix)
        if kind is None:
            click.echo(f"warning: {path} is not written: results are written as .json or .xml", err=True)
        else:
            export_to(kind, run, path)


def _counts(finished: Finished) -> tuple[int, int]:
    """How many samples passed, and of how many; those that a budget has left no room for did not."""
    variants = finished.summary.variants
    return sum(variant.passed for variant in variants), max(1, sum(variant.n + variant.missing for variant in variants))


def _status(finished: Finished, exit_codes: str, env: dict[str, str]) -> int:
    passed, total = _counts(finished)
    enough = passed >= pass_rate(env) * total
    if exit_codes == "promptfoo":
        return 0 if enough else int(_number(env.get("PROMPTFOO_FAILED_TEST_EXIT_CODE"), FAILED_STATUS))
    return STATUS[finished.summary.decision]


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default
