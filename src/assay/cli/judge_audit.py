"""``assay judge audit``: the judge of a suite's grader, put to the test on the replies of a run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
import numpy as np
from rich.table import Table

from assay.app import App
from assay.author.types import MISSING
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.cli.run_choice import last_run
from assay.core.errors import BadInput, GraderFailed, unknown_name
from assay.core.location import Location
from assay.engine.types import Checked, Outcome
from assay.evaluate import wording
from assay.evaluate.asking import StoredModels, spending
from assay.evaluate.auditing.audit import Finding, Subject
from assay.evaluate.auditing.audit import audit as run_audit
from assay.evaluate.exporter import load_run
from assay.evaluate.grader import open_graders
from assay.evaluate.judging.judge import IDENTITY
from assay.evaluate.native import Prepared, SuiteOptions, open_suite
from assay.evaluate.plan import Override
from assay.evaluate.replies import ReplyStore
from assay.evaluate.report_text import one_line
from assay.evaluate.runs import LAST, find_run
from assay.evaluate.service import REPLIES
from assay.evaluate.types import Case, Grade, SampleRow
from assay.models.types import Reply, Usage

_EXAMPLE_CHARS = 60


@click.command(
    epilog="""\b
Examples:
  assay judge audit suites/reply.yaml --grader tone
  assay judge audit suites/reply.yaml --grader tone --run last -n 60 --json

\b
The judge is asked about a run's replies as they were, again, padded, with orders in them, and about replies that must
fail or pass: some ten calls a reply, each kept and paid for once. Exit status: 0 no weakness, 1 some, 2 an error."""
)
@click.argument("suite_file", metavar="SUITE", type=click.Path(path_type=Path))
@click.option("--grader", metavar="NAME", required=True, help="The grader whose judge is tried.")
@click.option(
    "--run",
    "run",
    metavar="RUN",
    default="last",
    show_default=True,
    help="Whose replies are judged; 'last' is the suite's last finished run.",
)
@click.option("-n", "replies", type=click.IntRange(min=5), default=40, show_default=True, help="Replies to draw.")
@click.option(
    "--repeats", type=click.IntRange(min=2), default=3, show_default=True, help="Times each verdict is asked."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, other replies.")
@json_option
def audit(suite_file: Path, grader: str, run: str, replies: int, repeats: int, seed: int, as_json: bool) -> int:
    """Try what sways a judge: length, orders in the text, order, repeats, its own model."""
    app = App.open(suite_file.parent if suite_file.exists() else None)
    options = SuiteOptions(override=Override(default=app.models.default), judge=app.evaluate.judge)
    prepared, _ = open_suite(app.project, suite_file, options)
    names = [spec.name for spec in prepared.suite.graders]
    if grader not in names:
        raise unknown_name("grader", grader, names, code="audit.grader")
    folder = last_run(app, suite_file) if run == LAST else find_run(app.folder / "runs", run)
    rows = _usable(prepared, folder)
    subjects = _subjects(prepared, rows, grader, replies, seed)
    found = asyncio.run(_audit(app, prepared, subjects, _Tried(grader, _judges(rows), repeats)))
    if as_json:
        print_json(
            {"run": folder.name, "grader": grader, "replies": len(subjects), "findings": msgspec.to_builtins(found)}
        )
    else:
        _print(f"{grader}: judged on {len(subjects)} replies of {folder.name}", found)
    return 1 if any(finding.flagged for finding in found) else 0


@dataclass(frozen=True, slots=True)
class _Tried:
    """What is tried: a grader, beside those that are judges by the run, and how often each verdict is asked for."""

    grader: str
    judges: Sequence[str]
    repeats: int


async def _audit(app: App, prepared: Prepared, subjects: Sequence[Subject], tried: _Tried) -> list[Finding]:
    async with app.engine() as engine:
        store = ReplyStore(app.folder / REPLIES)

        @asynccontextmanager
        async def open_grade(nonce: str) -> AsyncIterator[Grade]:
            models = StoredModels(
                engine.client,
                store,
                clock=app.clock,
                judge=prepared.suite.judge,
                timeout_s=app.models.timeout_s,
                nonce=nonce,
            )
            async with open_graders(app.project, prepared.suite, models) as graders:
                yield next(one.grade for one in graders if one.spec.name == tried.grader)

        try:
            if tried.grader not in tried.judges:
                async with open_grade("") as grade:
                    await _check_asks(grade, subjects[0], tried.grader, tried.judges)
            return await run_audit(subjects, open_grade, repeats=tried.repeats)
        finally:
            store.close()


def _usable(prepared: Prepared, folder: Path) -> list[SampleRow]:
    """The run's rows with a reply that can be judged: of each case and variant the first.

    Raises:
        BadInput: There is none.
    """
    names = {variant.name for variant in prepared.variants}
    found = [row for row in load_run(folder).rows() if row.output and row.variant in names and row.repeat == 0]
    if not found:
        raise BadInput(
            f"the run {folder.name} has no reply of {prepared.suite.name}'s variants to judge",
            hint="run the suite, or name a run of it with --run",
            code="audit.run",
        )
    return found


def _judges(rows: Sequence[SampleRow]) -> list[str]:
    """The graders whose verdicts in these rows are a judge's."""
    return sorted({v.grader for row in rows for v in row.verdicts if IDENTITY in (v.detail or {})})


async def _check_asks(grade: Grade, subject: Subject, grader: str, judges: Sequence[str]) -> None:
    """Refuse a grader that gives a verdict without asking a model.

    Raises:
        BadInput: It is such a grader.
    """
    with spending() as bill:
        try:
            await grade(subject.case, subject.outcome)
        except GraderFailed:
            return  # the audit counts its verdicts as missing
    if not bill.replies:
        raise BadInput(
            f"the grader {grader!r} asks no model, so there is no judge to audit",
            hint=f"the suite's judges are {', '.join(judges)}" if judges else "none of the suite's graders is a judge",
            code="audit.no_judge",
        )


def _subjects(prepared: Prepared, rows: Sequence[SampleRow], grader: str, n: int, seed: int) -> list[Subject]:
    """Replies drawn from the rows, with the messages that led to them."""
    variants = {variant.name: variant for variant in prepared.variants}
    judge = prepared.suite.judge
    chosen = np.random.default_rng(seed).permutation(len(rows))[:n]
    found = []
    for row in (rows[int(place)] for place in sorted(chosen)):
        variant = variants[row.variant]
        prompt = variant.prepared
        messages = prompt.template.render(prompt.values.complete(dict(row.inputs)))
        text = row.output or ""
        reply = Reply(text=text, model=row.model or "", usage=Usage(), latency_ms=0.0)
        checked = Checked(text, text)
        outcome = Outcome(
            digest=prompt.digest,
            messages=messages,
            replies=(reply,),
            checked=checked,
            first=checked,
            fallback=False,
            cost_usd=None,
        )
        expected = MISSING if row.expected is None else row.expected
        case = Case(id=row.case, inputs=dict(row.inputs), expected=expected, tags=row.tags, where=Location(""))
        others = [verdict.passed for verdict in row.verdicts if verdict.grader != grader]
        own = judge is not None and str(variant.target) == judge.model
        found.append(Subject(case, outcome, own=own, good=all(others)))
    return found


def _print(title: str, found: Sequence[Finding]) -> None:
    console = stdout_console()
    console.print(plain(title), style="bold", highlight=False, markup=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for one in found:
        mark = "–" if one.share is None else "✗" if one.flagged else "✓"
        share = "" if one.share is None else f"{100 * one.share:.0f} %"
        if one.low is not None and one.high is not None:
            share += f" ({100 * one.low:.0f} to {100 * one.high:.0f})"
        example = f" First in case {one_line(one.examples[0], _EXAMPLE_CHARS)}." if one.examples else ""
        table.add_row(mark, one.test, share, plain(f"{one.sentence}{example}".replace(wording.NBSP, " ")))
    console.print(table)
