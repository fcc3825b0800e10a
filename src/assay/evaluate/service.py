"""One evaluation from suite to summary: check everything that costs nothing, run, count, decide, write down.

Nothing is paid for until the suite, every prompt, every grader and every case have been found sound.
"""

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from assay._version import __version__
from assay.author.project import Project
from assay.core.clock import Clock, stamp
from assay.core.errors import BadInput
from assay.core.ids import new_id
from assay.engine.engine import Engine
from assay.evaluate.dataset import DatasetFacts, check_datasets, read_cases
from assay.evaluate.gate import decide, overall
from assay.evaluate.grader import open_graders
from assay.evaluate.junit import dump_junit
from assay.evaluate.plan import Override, Planned, Variant, plan_identity, resolve_variants, samples
from assay.evaluate.replies import ReplyStore
from assay.evaluate.report_html import write_report
from assay.evaluate.run_folder import JUNIT, REPORT, RunFolder, open_run
from assay.evaluate.runner import Progress, Runner, RunnerOptions
from assay.evaluate.summary import RunView, Summary
from assay.evaluate.tally import Tally
from assay.evaluate.types import Case, SampleRow, Suite

FAILURES_KEPT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an evaluation is done.

    Attributes:
        concurrency: Calls under way at once, where the suite does not say.
        timeout_s: Longest time of one attempt of a call.
        fresh: Pay anew for every sample, whatever the store has.
        report_rows: Rows that the HTML report shows.
    """

    concurrency: int
    timeout_s: float
    fresh: bool = False
    report_rows: int = 1000


@dataclass(frozen=True, slots=True)
class Prepared:
    """An evaluation whose every part has been found sound."""

    suite: Suite
    variants: list[Variant]
    facts: DatasetFacts

    @property
    def total(self) -> int:
        """How many samples there will be."""
        return self.facts.cases * self.suite.repeats * len(self.variants)


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has come to its end: its summary, the folder that holds everything, the first that did not pass."""

    summary: Summary
    folder: Path
    failures: list[SampleRow]


class Evaluation:
    """Evaluations of one project.

    Args:
        project: The project.
        folder: Where runs and replies are kept.
        clock: The time.
    """

    def __init__(self, project: Project, folder: Path, clock: Clock) -> None:
        self._project = project
        self._folder = folder
        self._clock = clock

    def prepare(self, suite: Suite, suite_file: Path, override: Override) -> Prepared:
        """Check all that can be checked without a call.

        Raises:
            BadInput: Anything that a person can mend, with its place.
        """
        variants = resolve_variants(self._project, suite, suite_file, override)

        def check(case: Case) -> None:
            for variant in variants:
                _check_inputs(case, variant)

        return Prepared(suite, variants, check_datasets(self._project.source, suite.datasets, check=check))

    async def run(
        self, prepared: Prepared, engine: Engine, options: Options, watch: Callable[[Progress], None]
    ) -> Finished:
        """Run the suite, or the rest of it.

        Raises:
            Unavailable: No call at all succeeds.
            StorageFailed: The folder cannot be written.
        """
        suite, started = prepared.suite, self._clock.now_utc()
        began_s = self._clock.monotonic_s()
        folder = self._open(prepared, options, started)
        try:
            tally = Tally(suite, prepared.variants)
            shown: list[SampleRow] = []
            failures: list[SampleRow] = []
            async with AsyncExitStack() as stack:
                graders = await stack.enter_async_context(open_graders(self._project, suite))
                store = ReplyStore(self._folder / "replies.db")
                stack.callback(store.close)
                rows = stack.enter_context(folder.rows())
                runner = Runner(
                    engine,
                    store,
                    graders=graders,
                    clock=self._clock,
                    options=_runner_options(folder, suite, options),
                    watch=watch,
                )

                def take(row: SampleRow) -> None:
                    rows.add(row)
                    tally.add(row)
                    if len(shown) < options.report_rows:
                        shown.append(row)
                    if row.status != "passed" and len(failures) < FAILURES_KEPT:
                        failures.append(row)

                await runner.run(self._samples(prepared), take)
            span = _Span(started, self._clock.now_utc(), self._clock.monotonic_s() - began_s)
            summary = _summary(prepared, folder.name, tally, runner.progress, span)
            with (folder.path / JUNIT).open("wb") as handle:
                dump_junit(folder.read_rows(), summary, handle)
            write_report(RunView(summary=summary, rows=shown, rows_total=runner.progress.done), folder.path / REPORT)
            folder.write_summary(summary)
        finally:
            folder.close()
        return Finished(summary, folder.path, failures)

    def _cases(self, suite: Suite) -> Iterator[Case]:
        for path in suite.datasets:
            yield from read_cases(self._project.source, path)

    def _samples(self, prepared: Prepared) -> Iterator[Planned]:
        suite = prepared.suite
        return samples(self._cases(suite), prepared.variants, suite.repeats)

    def _open(self, prepared: Prepared, options: Options, started: datetime) -> RunFolder:
        suite, digests = prepared.suite, prepared.facts.digests
        identity = plan_identity(suite, prepared.variants, digests, fresh=options.fresh)
        run = new_id(started)
        plan: dict[str, object] = {
            "run": run,
            "suite": suite.name,
            "suite_file": suite.file,
            "started_utc": stamp(started),
            "fresh": run if options.fresh else "",
            "samples": prepared.total,
            "datasets": digests,
            "variants": [
                {
                    "name": v.name,
                    "prompt": v.prepared.prompt.name,
                    "file": v.prepared.prompt.file,
                    "digest": v.prepared.digest,
                    "model": str(v.target),
                    "parameters": msgspec.to_builtins(v.parameters),
                }
                for v in prepared.variants
            ],
            "assay": __version__,
        }
        return open_run(self._folder / "runs", identity, new_id=run, plan=plan)


def _check_inputs(case: Case, variant: Variant) -> None:
    try:
        variant.prepared.values.complete(case.inputs)
    except BadInput as error:
        error.where = case.where
        error.what = f"case {case.id!r}: {error.what}"
        raise


def _runner_options(folder: RunFolder, suite: Suite, options: Options) -> RunnerOptions:
    return RunnerOptions(
        concurrency=suite.concurrency or options.concurrency,
        timeout_s=options.timeout_s,
        nonce=str(folder.plan().get("fresh") or ""),
    )


class _Span(NamedTuple):
    started_utc: datetime
    finished_utc: datetime
    duration_s: float


def _summary(prepared: Prepared, name: str, tally: Tally, progress: Progress, span: _Span) -> Summary:
    suite = prepared.suite
    variants = [counted.summary() for counted in tally.variants.values()]
    comparison = tally.compare.comparison() if tally.compare is not None else None
    parts = decide(suite.gate, variants, comparison, tally)
    decision, sentence = overall(parts)
    return Summary(
        format=1,
        run=name,
        suite=suite.name,
        description=suite.description,
        started_utc=stamp(span.started_utc),
        finished_utc=stamp(span.finished_utc),
        duration_s=round(span.duration_s, 3),
        decision=decision,
        sentence=sentence,
        gate=parts,
        variants=variants,
        comparison=comparison,
        datasets=prepared.facts.digests,
        cases=prepared.facts.cases,
        repeats=suite.repeats,
        calls_made=progress.made,
        calls_reused=progress.reused,
        assay=__version__,
    )
