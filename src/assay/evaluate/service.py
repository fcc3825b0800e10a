"""One evaluation from a job to a summary: run, count, decide, write down.

A job is a suite of any kind whose every part has been found sound (``native.py`` makes those of Assay's own
suites). Nothing here knows what a sample is; that is the sampler's.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from assay._version import __version__
from assay.core.clock import Clock, stamp
from assay.core.ids import new_id
from assay.engine.engine import Engine
from assay.evaluate.exporter import FinishedRun, export_to
from assay.evaluate.gate import decide, overall
from assay.evaluate.replies import ReplyStore
from assay.evaluate.report_html import write_report
from assay.evaluate.run_folder import JUNIT, REPORT, SAMPLES, RunFolder, open_run
from assay.evaluate.runner import Indexed, Progress, Runner, Sampler
from assay.evaluate.sampler import Facilities
from assay.evaluate.summary import Summary
from assay.evaluate.tally import Tally
from assay.evaluate.types import GateSpec, SampleRow, VariantLabel

FAILURES_KEPT = 5

P = TypeVar("P", bound=Indexed)


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
    report_rows: int = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[P]):
    """A suite of any kind, found sound and ready to be run.

    Attributes:
        file: The suite's file, relative to the project's folder.
        labels: The variants as they are counted and shown.
        concurrency: Samples under way at once, where the suite says it.
        total: How many samples there will be.
        datasets: Path -> digest.
        identity: A digest: the same for two commands that mean the same run.
        plan: What ``plan.json`` holds beyond the rest.
        samples: Begins the plan anew: every sample in order, planned lazily.
        open_sampler: The sampler for the time of a run; its processes end with it.
    """

    name: str
    description: str
    file: str
    labels: tuple[VariantLabel, ...]
    repeats: int
    gate: GateSpec | None
    concurrency: int | None
    cases: int
    total: int
    datasets: dict[str, str]
    identity: str
    plan: dict[str, object] = field(default_factory=dict)
    samples: Callable[[], Iterator[P]]
    open_sampler: Callable[[Facilities], AbstractAsyncContextManager[Sampler[P]]]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has come to its end: its summary, the folder that holds everything, the first that did not pass."""

    summary: Summary
    folder: Path
    failures: list[SampleRow]


class Evaluation:
    """Evaluations of one project.

    Args:
        folder: Where runs and replies are kept.
        clock: The time.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def run(self, job: Job[P], engine: Engine, options: Options, watch: Callable[[Progress], None]) -> Finished:
        """Run the job, or the rest of it.

        Raises:
            Unavailable: No call at all succeeds.
            StorageFailed: The folder cannot be written.
        """
        started, began_s = self._clock.now_utc(), self._clock.monotonic_s()
        folder = self._open(job, options, started)
        try:
            tally = Tally(job.labels, repeats=job.repeats, gate=job.gate)
            progress = Progress()
            failures: list[SampleRow] = []
            async with AsyncExitStack() as stack:
                store = ReplyStore(self._folder / "replies.db")
                stack.callback(store.close)
                given = Facilities(
                    engine=engine,
                    store=store,
                    clock=self._clock,
                    progress=progress,
                    timeout_s=options.timeout_s,
                    nonce=str(folder.plan().get("fresh") or ""),
                )
                sampler = await stack.enter_async_context(job.open_sampler(given))
                rows = stack.enter_context(folder.rows())
                concurrency = job.concurrency or options.concurrency
                runner = Runner(sampler, progress=progress, concurrency=concurrency, sync=store.sync, watch=watch)

                def take(row: SampleRow) -> None:
                    rows.add(row)
                    tally.add(row)
                    if row.status != "passed" and len(failures) < FAILURES_KEPT:
                        failures.append(row)

                await runner.run(job.samples(), take)
            span = _Span(started, self._clock.now_utc(), self._clock.monotonic_s() - began_s)
            summary = _summary(job, folder.name, tally, progress, span)
            export_to("junit", FinishedRun(summary, folder.path), folder.path / JUNIT)
            with (folder.path / SAMPLES).open("rb") as lines:
                write_report(summary, lines, folder.path / REPORT, rows=options.report_rows)
            folder.write_summary(summary)
        finally:
            folder.close()
        return Finished(summary, folder.path, failures)

    def _open(self, job: Job[P], options: Options, started: datetime) -> RunFolder:
        run = new_id(started)
        identity = f"{job.identity}-fresh" if options.fresh else job.identity
        plan: dict[str, object] = {
            "run": run,
            "suite": job.name,
            "suite_file": job.file,
            "started_utc": stamp(started),
            "fresh": run if options.fresh else "",
            "samples": job.total,
            "datasets": job.datasets,
            **job.plan,
            "assay": __version__,
        }
        return open_run(self._folder / "runs", identity, new_id=run, plan=plan)


class _Span(NamedTuple):
    started_utc: datetime
    finished_utc: datetime
    duration_s: float


def _summary(job: Job[P], name: str, tally: Tally, progress: Progress, span: _Span) -> Summary:
    variants = [counted.summary() for counted in tally.variants.values()]
    comparison = tally.compare.comparison() if tally.compare is not None else None
    parts = decide(job.gate, variants, comparison, tally)
    decision, sentence = overall(parts)
    return Summary(
        format=1,
        run=name,
        suite=job.name,
        description=job.description,
        started_utc=stamp(span.started_utc),
        finished_utc=stamp(span.finished_utc),
        duration_s=round(span.duration_s, 3),
        decision=decision,
        sentence=sentence,
        gate=parts,
        variants=variants,
        comparison=comparison,
        datasets=job.datasets,
        cases=job.cases,
        repeats=job.repeats,
        calls_made=progress.made,
        calls_reused=progress.reused,
        assay=__version__,
    )
