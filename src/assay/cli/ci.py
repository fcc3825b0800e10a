"""``assay ci``: suites as a CI job wants them run: every report in one folder, annotations, one exit status.

The suites are run by one ``assay eval`` in a process of its own, so that they are all checked first and share a budget;
what is here names its files, reads what it says, and tells it to the CI system.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from assay.cli.code_host import find_thread, put_comment
from assay.cli.eval_view import STATUS
from assay.cli.output import plain, print_json
from assay.cli.param_type import ParamType
from assay.cli.workflow import annotation, commands_ignored
from assay.core.errors import AssayError, BadInput
from assay.evaluate.case_place import checkout_path
from assay.evaluate.exporter import load_run
from assay.evaluate.exporters.github import MOST
from assay.evaluate.job_comment import LEFT_OUT, NO_GATE, Part, job_comment
from assay.evaluate.promptfoo.detect import is_promptfoo
from assay.evaluate.report_text import one_line
from assay.evaluate.run_folder import REPORT, SUMMARY

EXPORTS = {
    "junit": "junit.xml",
    "sarif": "sarif",
    "gitlab": "quality.json",
    "markdown": "comment.md",
    "github": "annotations.txt",
}
COPIES = {REPORT: "report.html", SUMMARY: "summary.json"}
QUALITY, RESULTS, COMMENT = "gl-code-quality.json", "results.json", "comment.md"
DECISIONS = ("fail", "inconclusive", "invalid")
ERROR = "error"
WORST_LAST = (LEFT_OUT, "pass", "inconclusive", "fail", "invalid", ERROR)
DEFAULT_SUITES = ("suites/*.yaml", "suites/*.yml")
_INTERRUPTED = 130
_NAME = re.compile(r"^suite:[ \t]*[\"']?([\w.-]+)", re.MULTILINE)
_SUITE = "{suite}"
_FOR_EVAL = "assay.options-for-eval"
_SIGNS = {LEFT_OUT: "-", NO_GATE: "-", "pass": "✓", "fail": "✗", "inconclusive": "?", "invalid": "!", ERROR: "!"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one suite came to.

    Attributes:
        suite: Its name; its file where it was left out; and where nothing is known of it, what was asked for.
        decision: The gate's; or ``left out``, or ``error`` where it could not be run.
        sentence: Why.
        run: The folder of its run, or None.
        error: What ``assay eval --json`` says of an error: code, what, hint, file, line.
        gated: Whether there was a rule to decide by.
    """

    suite: str
    decision: str
    sentence: str
    run: str | None = None
    error: dict[str, object] | None = None
    gated: bool = True

    @property
    def shown(self) -> str:
        """The decision as people are told it."""
        return self.decision if self.gated or self.decision != "pass" else NO_GATE


class _FailOn(ParamType[tuple[str, ...]]):
    name = "list"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        found = tuple(word.strip() for word in str(value).split(",") if word.strip())
        if unknown := sorted(set(found) - set(DECISIONS)):
            self.fail(f"{unknown[0]!r} is not one of {', '.join(DECISIONS)}", param, ctx)
        return found


class _WithOptionsForEval(click.Command):
    """A command that leaves what stands behind ``--`` to another."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        ctx.meta[_FOR_EVAL] = args[end + 1 :]
        return super().parse_args(ctx, args[:end])


@click.command(
    cls=_WithOptionsForEval,
    epilog="""\b
Examples:
  assay ci
  assay ci 'suites/*.yaml' --fail-on fail,invalid
  assay ci suites/triage.yaml --comment -- --model openai/gpt-4o-mini --key-env OPENAI_API_KEY

\b
What stands behind '--' goes to 'assay eval'.
Exit status: 0 when no suite came to what --fail-on lists; else 2 for an error in a file or option,
1 for fail, 3 for inconclusive or invalid, 130 interrupted.""",
)
@click.argument("suites", metavar="[SUITE]... [-- EVAL OPTIONS]", nargs=-1)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("assay-report"), show_default=True, help="Where files go."
)
@click.option(
    "--fail-on",
    type=_FailOn(),
    default=",".join(DECISIONS),
    show_default=True,
    metavar="LIST",
    help="The decisions that make the job fail. An error always does.",
)
@click.option("--comment", is_flag=True, help="Comment on the pull request that the job is about.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def ci(
    ctx: click.Context,
    suites: tuple[str, ...],
    out: Path,
    fail_on: tuple[str, ...],
    comment: bool,
    as_json: bool,
) -> int:
    """Run suites in a CI job: reports, annotations, a comment, one exit status.

    SUITE is a file or a pattern; without one, all of suites/ are run.
    """
    patterns = suites or DEFAULT_SUITES
    _clear(out)
    results = _run(_files(patterns), out, ctx.meta[_FOR_EVAL])
    _merge_quality(out)
    (out / COMMENT).write_text(_comment_on(patterns, results), encoding="utf-8")
    (out / RESULTS).write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")
    if as_json:
        print_json(results)
    else:
        _tell(results, out)
    if file := os.environ.get("GITHUB_OUTPUT"):
        _put_outputs(Path(file), results, out)
    if comment:
        _put_comment(out / COMMENT)
    return exit_status(results, fail_on)


def _files(patterns: Iterable[str]) -> list[Path]:
    """The files, each once, in the order asked for.

    Raises:
        BadInput: There is none.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        there = sorted(Path().glob(pattern)) if not Path(pattern).is_absolute() else [Path(pattern)]
        if not there and not any(sign in pattern for sign in "*?["):
            there = [Path(pattern)]  # 'assay eval' says what is wrong with it, and what was probably meant
        found |= dict.fromkeys(there)
    _check_names(found)
    if not found:
        raise BadInput(
            f"no file is named {' or '.join(patterns)}",
            hint="name the suites, or give the command in the project's folder",
            code="ci.no_suite",
        )
    return list(found)


def _check_names(files: Iterable[Path]) -> None:
    """Refuse two suites of one name, whose files would be the same; what is no suite is for 'assay eval' to refuse."""
    seen: dict[str, Path] = {}
    for file in files:
        with suppress(OSError, UnicodeDecodeError):
            found = None if is_promptfoo(file) else _NAME.search(file.read_text("utf-8"))
            name = found[1] if found is not None else file.stem
            if seen.setdefault(name, file) != file:
                raise BadInput(
                    f"two suites are named {name!r}: {seen[name]} and {file}",
                    hint="give each a name of its own, after which its reports are named",
                    code="ci.name",
                )


def _clear(out: Path) -> None:
    """Remove the files of an earlier job, which would stand for this one; whatever else is there stays."""
    out.mkdir(parents=True, exist_ok=True)
    ours = [f"*.{ending}" for ending in (*EXPORTS.values(), *COPIES.values())]
    for pattern in (*ours, QUALITY, RESULTS, COMMENT):
        for file in out.glob(pattern):
            file.unlink()


def _run(suites: Sequence[Path], out: Path, options: Sequence[str]) -> list[Result]:
    """Run all suites together, so that they share a budget, and each configuration of promptfoo's by itself."""
    foreign = [suite for suite in suites if is_promptfoo(suite)]
    own = [suite for suite in suites if suite not in foreign]
    results = _eval(own, out, ["--progress", "bar", *options]) if own else []
    for suite in foreign:
        results += _eval([suite], out, options, name=suite.stem)
    return results


def _eval(suites: Sequence[Path], out: Path, options: Sequence[str], *, name: str | None = None) -> list[Result]:
    """What one ``assay eval`` comes to; its files are named after each suite, or all by one ``name``."""
    exports = [f"--export={kind}={out}/{name or _SUITE}.{ending}" for kind, ending in EXPORTS.items()]
    command = [sys.executable, "-m", "assay", "eval", *map(str, suites), "--json", *exports, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode == _INTERRUPTED:
        raise KeyboardInterrupt
    found = _said(done.stdout, done.returncode)
    if ERROR in found:
        error = dict(msgspec.convert(found[ERROR], dict[str, object]))
        where = str(error.get("file") or ", ".join(map(str, suites)))
        failed = Result(suite=where, decision=ERROR, sentence=str(error.get("what")), error=error)
        return [*(_finished(out) if name is None else []), failed]
    runs = msgspec.convert(found.get("runs", [found]), list[_RunObject])
    left_out = msgspec.convert(found.get("left_out", []), list[dict[str, str]])
    return [
        *(_result(run, out, name, done.returncode) for run in runs),
        *(Result(suite=one["suite"], decision=LEFT_OUT, sentence=f"{one['why']}.") for one in left_out),
    ]


def _result(run: "_RunObject", out: Path, name: str | None, status: int) -> Result:
    """What a run came to; of promptfoo's, which has no gate but that all pass, the status tells it."""
    suite = name or run.suite
    for file, ending in COPIES.items():
        shutil.copyfile(Path(run.run) / file, out / f"{suite}.{ending}")
    if name is not None and run.decision == "pass" and status == STATUS["fail"]:
        return Result(suite=suite, decision="fail", sentence="Not every sample passed.", run=run.run)
    return Result(suite=suite, decision=run.decision, sentence=run.sentence, run=run.run, gated=run.gated)


class _RunObject(msgspec.Struct):
    """What is read of a run's object (``docs/reference/eval-json.md``)."""

    suite: str
    run: str
    decision: str
    sentence: str
    gated: bool = True


def _finished(out: Path) -> Iterator[Result]:
    """The suites that were run before an error ended the command: what their exports tell."""
    for file in sorted(out.glob("*.sarif")):
        said = json.loads(file.read_bytes())["runs"][0]["properties"]
        decided, gated = said["decision"], said.get("gated", True)
        yield Result(suite=file.stem, decision=decided, sentence=said["sentence"], gated=gated)


def _said(output: bytes, status: int) -> dict[str, object]:
    """What ``assay eval --json`` printed; an error of our own where it printed no such thing."""
    try:
        found = json.loads(output)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    what = f"'assay eval' ended with status {status} and said nothing"
    return {ERROR: {"code": "ci.eval", "what": what, "hint": "see what it wrote on standard error"}}


def _merge_quality(out: Path) -> None:
    """One file for all suites, since GitLab takes one."""
    issues = [issue for file in sorted(out.glob("*.quality.json")) for issue in json.loads(file.read_bytes())]
    (out / QUALITY).write_text(json.dumps(issues, indent=1) + "\n", encoding="utf-8")


def _tell(results: Sequence[Result], out: Path) -> None:
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in _annotations(results, out):
            click.echo(line)
    with commands_ignored():
        for result in results:
            click.echo(plain(f"{_SIGNS[result.shown]} {result.suite}: {result.shown}. {result.sentence}"))
        click.echo(plain(f"Reports: {out}"))


def _annotations(results: Sequence[Result], out: Path) -> Iterator[str]:
    """The annotations of all suites, no more of a kind than GitHub shows: each suite's decision, then by turns."""
    queues = [deque(_annotations_of(result, out)) for result in results]
    shown: Counter[str] = Counter()
    while any(queues):
        for queue in filter(None, queues):
            line = queue.popleft()
            kind = line.partition(" ")[0]
            shown[kind] += 1
            if shown[kind] <= MOST:
                yield line


def _annotations_of(result: Result, out: Path) -> list[str]:
    if result.error is not None:
        return [annotation(result.error)]
    file = out / f"{result.suite}.{EXPORTS['github']}"
    return file.read_text("utf-8").splitlines() if file.exists() else []


def _comment_on(patterns: Sequence[str], results: Sequence[Result]) -> str:
    """One comment for all; another job's, with other patterns or in another folder, is another comment."""
    parts = [
        Part(
            suite=result.suite,
            decision=result.shown,
            sentence=result.sentence,
            run=None if result.run is None else load_run(Path(result.run)),
        )
        for result in results
    ]
    folder = checkout_path(Path.cwd())
    return job_comment(f"ci {folder} {' '.join(patterns)}", parts)


def _put_comment(file: Path) -> None:
    """A comment that cannot be written is said, and is no reason to fail."""
    try:
        put_comment(find_thread(os.environ), file.read_text("utf-8"))
    except AssayError as error:
        click.echo(f"no comment: {error}" + (f"; {error.hint}" if error.hint else ""), err=True)


def _put_outputs(file: Path, results: Sequence[Result], out: Path) -> None:
    """The outputs of a step of GitHub Actions: the worst decision, and where the files are."""
    worst = max((result.decision for result in results), key=WORST_LAST.index)
    with file.open("a", encoding="utf-8") as handle:
        handle.write(f"decision={worst}\nreport={one_line(str(out), 500)}\n")


def exit_status(results: Sequence[Result], fail_on: Sequence[str]) -> int:
    """The exit status of all: an error first, then what cannot be let through."""
    decisions = {result.decision for result in results}
    if ERROR in decisions:
        return 2
    failing = decisions & set(fail_on)
    return 1 if "fail" in failing else 3 if failing else 0
