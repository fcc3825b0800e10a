"""``assay judge audit``: the judge of a suite's grader, put to the test on the replies of a run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import click
import msgspec
import numpy as np
from rich.table import Table

from assay.app import App
from assay.author.types import MISSING
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location
from assay.engine.types import Checked, Outcome
from assay.evaluate import wording
from assay.evaluate.asking import StoredModels
from assay.evaluate.auditing.audit import Finding, Subject
from assay.evaluate.auditing.audit import audit as run_audit
from assay.evaluate.exporter import load_run
from assay.evaluate.grader import open_graders
from assay.evaluate.native import Prepared, SuiteOptions, open_suite
from assay.evaluate.plan import Override
from assay.evaluate.replies import ReplyStore
from assay.evaluate.runs import find_run
from assay.evaluate.service import REPLIES
from assay.evaluate.types import Case, Grade, SampleRow
from assay.models.types import Reply, Usage


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
@click.option("--run", "run", metavar="RUN", default="last", show_default=True, help="Whose replies are judged.")
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
    rows = list(load_run(find_run(app.folder / "runs", run)).rows())
    subjects = _subjects(prepared, rows, grader, replies, seed)
    found = asyncio.run(_audit(app, prepared, subjects, grader, repeats))
    if as_json:
        print_json({"grader": grader, "replies": len(subjects), "findings": msgspec.to_builtins(found)})
    else:
        _print(grader, len(subjects), found)
    return 1 if any(finding.flagged for finding in found) else 0


async def _audit(app: App, prepared: Prepared, subjects: Sequence[Subject], grader: str, repeats: int) -> list[Finding]:
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
                yield next(one.grade for one in graders if one.spec.name == grader)

        try:
            return await run_audit(subjects, open_grade, repeats=repeats)
        finally:
            store.close()


def _subjects(prepared: Prepared, rows: Sequence[SampleRow], grader: str, n: int, seed: int) -> list[Subject]:
    """Replies drawn from the run, with the messages that led to them."""
    variants = {variant.name: variant for variant in prepared.variants}
    judge = prepared.suite.judge
    usable = [row for row in rows if row.output and row.variant in variants and row.repeat == 0]
    if not usable:
        raise BadInput(
            f"the run has no reply of {prepared.suite.name}'s variants to judge",
            hint="run the suite first, or name a run of it with --run",
            code="audit.run",
        )
    chosen = np.random.default_rng(seed).permutation(len(usable))[:n]
    found = []
    for row in (usable[int(place)] for place in sorted(chosen)):
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


def _print(grader: str, n: int, found: Sequence[Finding]) -> None:
    console = stdout_console()
    console.print(f"{grader}: judged on {n} replies", style="bold", highlight=False, markup=False)
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
        table.add_row(mark, one.test, share, plain(one.sentence.replace(wording.NBSP, " ")))
    console.print(table)
