"""One evaluation from a job to a summary: run, count, decide, write down.

A job is a suite of any kind whose every part has been found sound (``native.py`` makes those of Assay's own
suites). Nothing here knows what a sample is; that is the sampler's.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from assay._version import __version__
from assay.core.clock import Clock, stamp
from assay.core.ids import new_id
from assay.engine.engine import Engine
from assay.evaluate.budget import Budget, check_price
from assay.evaluate.calibration.gate import calibration_digests, known_of
from assay.evaluate.calibration.types import Calibration
from assay.evaluate.deciding import Decided, decide_run
from assay.evaluate.exporter import FinishedRun, export_to
from assay.evaluate.first_failure import FirstFailures
from assay.evaluate.gate_record import GATE, GateRecord, Inputs, draw_digest, spec_digest
from assay.evaluate.gate_replay import watched
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.look import LOOKS, LookLedger
from assay.evaluate.gating.watch import Watch, WatchSpec
from assay.evaluate.metered import MeteredClient
from assay.evaluate.replies import ReplyStore
from assay.evaluate.report_html import write_report
from assay.evaluate.run_folder import JUNIT, REPORT, SAMPLES, RowWriter, RunFolder, open_run
from assay.evaluate.runner import Indexed, Progress, Runner, Sampler
from assay.evaluate.sampler import Facilities
from assay.evaluate.summary import Early, Summary
from assay.evaluate.tally import Tally
from assay.evaluate.types import BudgetSpec, SampleRow, VariantLabel
from assay.models.target import Target

REPLIES = "replies.db"

P = TypeVar("P", bound=Indexed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an evaluation is done.

    Attributes:
        concurrency: Calls under way at once, where the suite does not say.
        timeout_s: Longest time of one attempt of a call.
        fresh: Pay anew for every sample, whatever the store has.
        report_rows: Rows that the HTML report shows.
        budget: The most that the run may use, where the job's own budget says otherwise or nothing.
        approve_look: ``NAME: reason`` of whoever approved a look beyond the gate's plan.
    """

    concurrency: int
    timeout_s: float
    fresh: bool = False
    report_rows: int = 50_000
    budget: BudgetSpec = BudgetSpec()
    approve_look: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[P]):
    """A suite of any kind, found sound and ready to be run.

    Attributes:
        file: The suite's file, relative to the project's folder.
        labels: The variants as they are counted and shown.
        concurrency: Samples under way at once, where the suite says it.
        total: How many samples there will be.
        planned: The same by variant, where the variants differ in it.
        budget: The most that a run may use, if the suite says it.
        targets: The models that will be asked, as far as they are known; a budget in money needs their prices.
        asked: Who else is asked beside the variants' models: the part, such as ``judge``, and the model.
        datasets: Path -> digest.
        identity: A digest: the same for two commands that mean the same run.
        measures: What measures, part by part, such as ``grader choice`` -> digest; empty where it has no parts.
        calibrations: What is known of how the judges err.
        watch: How its gate is watched, so that the run ends once that is decided; None runs every sample.
        instrument: A digest of what measures, under which looks at the same versions are counted.
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
    planned: dict[str, int] | None = None
    budget: BudgetSpec | None = None
    targets: tuple[Target, ...] = ()
    asked: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, str]
    identity: str
    instrument: str = ""
    measures: dict[str, str] = field(default_factory=dict)
    calibrations: tuple[Calibration, ...] = ()
    watch: WatchSpec | None = None
    plan: dict[str, object] = field(default_factory=dict)
    samples: Callable[[], Iterator[P]]
    open_sampler: Callable[[Facilities], AbstractAsyncContextManager[Sampler[P]]]

    def planned_of(self, variant: str) -> int:
        """How many samples of the variant there will be."""
        return self.total // len(self.labels) if self.planned is None else self.planned[variant]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has come to its end: its summary, the folder that holds everything, the first that did not pass.

    Attributes:
        both_fail: How many samples both compared variants fail, and the first of them.
    """

    summary: Summary
    folder: Path
    first: FirstFailures
    both_fail: tuple[int, list[tuple[SampleRow, SampleRow]]] = (0, [])
    budget_left: BudgetSpec = BudgetSpec()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an executor is given beside the job.

    Attributes:
        folder: The run's folder.
        progress: How far the run is; kept by the executor.
        emit: Takes the rows, in plan order.
        watch: Told of the progress.
        budget: What the run may use; None for as much as it takes.
    """

    folder: RunFolder
    progress: Progress
    emit: Callable[[SampleRow], None]
    watch: Callable[[Progress], None]
    budget: Budget | None = None

    @property
    def nonce(self) -> str:
        """Set for a run that pays anew."""
        return str(self.folder.plan().get("fresh") or "")


class Executor(Protocol):
    """Where samples are run: in this process (``Here``), or on a cluster."""

    async def execute(self, job: Job[Any], task: Task) -> None:
        """Run every sample of the job, emit its row, keep the progress."""
        ...


class Here:
    """This process.

    Args:
        engine: Makes the calls.
        store: The file of the project's replies.
        clock: The time.
        options: How.
    """

    def __init__(self, engine: Engine, store: Path, clock: Clock, options: Options) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self._options = options

    async def execute(self, job: Job[Any], task: Task) -> None:
        """Run every sample of the job, emit its row, keep the progress."""
        async with AsyncExitStack() as stack:
            engine = self._engine
            if task.budget is not None:
                metered = MeteredClient(engine.client, task.budget)
                await stack.enter_async_context(metered.running())
                engine = engine.through(metered)
            store = ReplyStore(self._store)
            stack.callback(store.close)
            given = Facilities(
                engine=engine,
                store=store,
                clock=self._clock,
                progress=task.progress,
                timeout_s=self._options.timeout_s,
                nonce=task.nonce,
            )
            sampler = await stack.enter_async_context(job.open_sampler(given))
            concurrency = job.concurrency or self._options.concurrency
            runner = Runner(sampler, progress=task.progress, concurrency=concurrency, sync=store.sync, watch=task.watch)
            await runner.run(job.samples(), task.emit)


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
        """Run the job in this process, or the rest of it.

        Raises:
            BadInput: The budget is in money, and a price is not known.
            Unavailable: No call at all succeeds.
            StorageFailed: The folder cannot be written.
        """
        here = Here(engine, self._folder / REPLIES, self._clock, options)
        return await self.run_by(here, job, options, watch)

    async def run_by(
        self, executor: "Executor", job: Job[P], options: Options, watch: Callable[[Progress], None]
    ) -> Finished:
        """Run the job wherever the executor does, or the rest of it.

        Raises:
            BadInput: The budget is in money, and a price is not known.
            Unavailable: No call at all succeeds, or the executor's machines are not there.
            StorageFailed: The folder cannot be written.
        """
        started, began_s = self._clock.now_utc(), self._clock.monotonic_s()
        budget = _budget(job, options, began_s)
        folder = self._open(job, options, started)
        try:
            planned = {label.name: job.planned_of(label.name) for label in job.labels}
            tally = Tally(job.labels, repeats=job.repeats, gate=job.gate, planned=planned)
            progress = Progress()
            first = FirstFailures()
            watching = _watch(job)
            with folder.rows() as rows:

                def take(row: SampleRow) -> None:
                    if watching is not None and not watching.add(row):
                        return  # it was under way when all was decided; its reply is kept
                    progress.decided = watching is not None and watching.decided
                    rows.add(row)
                    tally.add(row)
                    first.add(row)

                task = Task(folder=folder, progress=progress, emit=take, watch=watch, budget=budget)
                await executor.execute(job, task)
            span = _Span(started, self._clock.now_utc(), self._clock.monotonic_s() - began_s)
            inputs = _inputs(job, folder, rows, progress.stopped)
            known = watched(tally.gate, watching)
            if known is None:
                at_utc = str(folder.plan()["started_utc"])
                known = known_of(folder.path, tally.gate, job.calibrations, at_utc=at_utc, datasets=job.datasets)
            about = Decided(
                run=folder.name,
                suite=job.name,
                inputs=inputs,
                approved=options.approve_look,
                known=known,
            )
            record = decide_run(tally.gate, about, LookLedger(self._folder / LOOKS))
            folder.write(GATE, record.canonical())
            early = _early(job, watching, progress)
            summary = _summary(job, record, tally, progress, span, early=early)
            export_to("junit", FinishedRun(summary, folder.path), folder.path / JUNIT)
            with (folder.path / SAMPLES).open("rb") as lines:
                write_report(summary, lines, folder.path / REPORT, rows=options.report_rows)
            folder.write_summary(summary)
        finally:
            folder.close()
        left = BudgetSpec() if budget is None else budget.left(now_s=self._clock.monotonic_s())
        both = (0, []) if tally.compare is None else (tally.compare.both_failed, tally.compare.both)
        return Finished(summary, folder.path, first, both, left)

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
            **({"asked": job.asked} if job.asked else {}),
            **job.plan,
            "gate": _told_gate(job),
            "assay": __version__,
        }
        return open_run(self._folder / "runs", identity, new_id=run, plan=plan)


class _Span(NamedTuple):
    started_utc: datetime
    finished_utc: datetime
    duration_s: float


def _budget(job: Job[P], options: Options, began_s: float) -> Budget | None:
    """The budget of the run, if there is one; a price that it needs and that is not known is refused here."""
    limits = options.budget.over(job.budget)
    if not limits:
        return None
    if limits.cost_usd is not None:
        for target in dict.fromkeys(job.targets):
            check_price(target)
    return Budget(limits, began_s=began_s)


def _inputs(job: Job[P], folder: RunFolder, rows: RowWriter, stopped: str | None) -> Inputs:
    return Inputs(
        samples=rows.digest,
        rows=rows.count,
        datasets=job.datasets,
        draw=draw_digest(job.datasets, repeats=job.repeats, nonce=str(folder.plan().get("fresh") or "")),
        gate=spec_digest(job.gate or GateSpec()),
        instrument=job.instrument,
        stopped=stopped,
        calibrations=calibration_digests(job.calibrations),
    )


def _told_gate(job: Job[P]) -> dict[str, object]:
    """What the gate's record can be made from again, beside the rows."""
    return {
        "spec": msgspec.to_builtins(job.gate or GateSpec()),
        "variants": [msgspec.to_builtins(label) for label in job.labels],
        "planned": {label.name: job.planned_of(label.name) for label in job.labels},
        "repeats": job.repeats,
        "instrument": job.instrument,
        **({"measures": job.measures} if job.measures else {}),
        "watch": None if job.watch is None else msgspec.to_builtins(job.watch),
        "calibrations": [msgspec.to_builtins(one) for one in job.calibrations],
    }


def _watch(job: Job[P]) -> Watch | None:
    if job.watch is None:
        return None
    return Watch(job.gate or GateSpec(), job.watch, [label.name for label in job.labels], repeats=job.repeats)


def _early(job: Job[P], watch: Watch | None, progress: Progress) -> Early | None:
    """What was saved by ending early; None where every sample was run."""
    if watch is None or not watch.decided or progress.done >= job.total:
        return None
    return Early(cases=watch.cases, of=job.cases, samples_saved=job.total - progress.done)


def _summary(
    job: Job[P], record: GateRecord, tally: Tally, progress: Progress, span: _Span, *, early: Early | None
) -> Summary:
    variants = [
        counted.summary(planned=None if early else job.planned_of(name)) for name, counted in tally.variants.items()
    ]
    comparison = tally.compare.comparison() if tally.compare is not None else None
    return Summary(
        format=1,
        run=record.run,
        suite=job.name,
        description=job.description,
        started_utc=stamp(span.started_utc),
        finished_utc=stamp(span.finished_utc),
        duration_s=round(span.duration_s, 3),
        decision=record.decision,
        sentence=record.sentence,
        gate=record.parts,
        variants=variants,
        comparison=comparison,
        datasets=job.datasets,
        early=early,
        cases=job.cases,
        repeats=job.repeats,
        calls_made=progress.made,
        calls_reused=progress.reused,
        missing=sum(variant.missing for variant in variants),
        stopped=progress.stopped,
        asked=job.asked if any(variant.grading is not None for variant in variants) else {},
        gated=record.gated,
        look=record.look,
        policy=record.policy,
        assay=__version__,
    )
