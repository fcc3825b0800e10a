"""The ``assay`` command: finds the verb, and turns what goes wrong into one sentence and an exit status.

Exit status: 0 pass, 1 gate failed, 2 usage or file error, 3 inconclusive or invalid, 130 interrupted,
141 the reader of the output has gone.
A verb's module is imported when it is called; its one-line help stands here, so that ``--help`` is quick.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from assay._version import __version__
from assay.cli.lazy_group import LazyGroup
from assay.core.errors import AssayError, BadInput

_READER_GONE = 141
"""As shells tell of a program that a broken pipe has ended; never 0, which would say that a gate has passed."""

_VERBS = {
    "init": ("assay.cli.init:init", "Make a project that works at once."),
    "run": ("assay.cli.run:run", "Call a prompt once and print the reply."),
    "eval": ("assay.cli.evaluate:evaluate", "Run suites, compare their variants, decide."),
    "plan": ("assay.cli.plan:plan", "Say what a suite can see, and what its margins take and cost."),
    "export-run": ("assay.cli.export_run:export_run", "Write a finished run in other formats."),
    "runs": ("assay.cli.runs:runs", "List the project's runs, newest first."),
    "failures": ("assay.cli.failures:failures", "Say why samples did not pass, alike ones together."),
    "explain": ("assay.cli.explain:explain", "Print everything about one case of a run."),
    "compare": ("assay.cli.compare:compare", "Say what changed between two runs, sample by sample."),
    "gate": ("assay.cli.gate:gate", "Make a run's decision again, or gate it against another run."),
    "compare-models": (
        "assay.cli.compare_models:compare_models",
        "Run a suite's prompt on several models, and say what moving would change.",
    ),
    "report": ("assay.cli.runs:report", "Make the HTML report of a finished run again."),
    "ci": ("assay.cli.ci:ci", "Run suites in a CI job: reports, annotations, a comment, one exit status."),
    "comment": ("assay.cli.comment:comment", "Put comments on the pull request that this CI job is about."),
    "lint": ("assay.cli.lint:lint", "Find what is wrong or unwise in prompt files and suites."),
    "fmt": ("assay.cli.fmt:fmt", "Put prompt files into their usual form."),
    "diff": ("assay.cli.diff:diff", "Say what changed between two versions, and what that means."),
    "show": ("assay.cli.show:show", "Print what a prompt is: inputs, contract, owner, digest."),
    "render": ("assay.cli.render:render", "Fill in a prompt and print the messages, piece by piece."),
    "lock": ("assay.cli.lock:lock", "Pin the partials that prompts include."),
    "import": ("assay.cli.exchange:import_prompt", "Turn a prompt of another format into a prompt file."),
    "export": ("assay.cli.exchange:export_prompt", "Write a prompt in another format."),
    "dataset": ("assay.cli.dataset:dataset", "Convert, compare, mask, split and check datasets."),
    "judge": ("assay.cli.judge:judge", "Hold a judge against people, and try what sways it."),
    "models": ("assay.cli.models:models", "The embedded model and the providers."),
    "schema": ("assay.cli.schema:schema", "Print the JSON Schema of a prompt file or a suite, for editors."),
    "settings": ("assay.cli.settings:settings", "Print every setting, its value and where it comes from."),
    "completion": ("assay.cli.completion:completion", "Print the completion script of a shell."),
}


@contextmanager
def _noticing_a_reader_that_has_gone() -> Iterator[None]:
    """Give a broken pipe a status of its own, before Click and Rich turn it into 1, which means something else."""
    try:
        yield
    except (BrokenPipeError, SystemExit) as leaving:
        if isinstance(leaving, SystemExit) and not isinstance(leaving.__context__, BrokenPipeError):
            raise
        # Whoever read our output has gone, which is theirs to decide; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(_READER_GONE) from None


class _Verbs(LazyGroup):
    """The commands; a reader of their output that has gone is noticed."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        with _noticing_a_reader_that_has_gone():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> object:
        with _noticing_a_reader_that_has_gone():
            return super().invoke(ctx)


_EPILOG = """\b
Start here:
  assay init my-project             a project with a prompt and a suite
  assay eval suites/sentiment.yaml  run the suite on the embedded model
  assay COMMAND --help              what a command takes, with examples"""


@click.command(cls=_Verbs, verbs=_VERBS, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="assay", message="%(prog)s %(version)s")
def cli() -> None:
    """Assay: prompts as tested, approved, observable releases."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command and end the process with its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run the command; the exit status is returned, and errors have been printed."""
    try:
        result = cli.main(arguments, prog_name="assay", standalone_mode=False)
    except AssayError as error:
        _print_error(error, as_json="--json" in arguments)
        return error.exit_status
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        _print_error(_usage(error), as_json="--json" in arguments)
        return 2
    except (KeyboardInterrupt, click.Abort) as error:
        # Click puts its own error in front of the one that may say more.
        click.echo(str(error.__cause__ or error) or "interrupted", err=True)
        return 130
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> BadInput:
    """What is wrong with the command line, in the form of all other errors."""
    what = error.format_message().rstrip(".")
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx is not None else "assay"
    return BadInput(
        what[:1].lower() + what[1:], hint=f"'{command} --help' says what it takes, with examples", code="cli.usage"
    )


def _print_error(error: AssayError, *, as_json: bool) -> None:
    if as_json:
        import_module("assay.cli.output").print_json({"error": error.as_dict()})
    click.secho(f"error: {error}", err=True, fg="red" if sys.stderr.isatty() else None)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
