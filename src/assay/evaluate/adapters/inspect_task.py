"""A task of Inspect as a suite: Inspect runs its solvers, tools and scorers, and every model call is ours.

So a run goes on where it was stopped, since the calls that were paid for are in the store, and it ends in the same
rows, counts, gate and report as any other. Inspect holds the samples of a task in memory, and so does this.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from assay.core.canonical import digest
from assay.core.errors import BadInput, StorageFailed, Unavailable
from assay.evaluate.adapters.borrowed import borrow
from assay.evaluate.adapters.inspect_model import EXTRA, Ask, inspect_model
from assay.evaluate.adapters.inspect_row import row_of
from assay.evaluate.adapters.quiet import quietly
from assay.evaluate.asking import StoredModels
from assay.evaluate.sampler import Facilities
from assay.evaluate.service import Job
from assay.evaluate.types import SampleRow, VariantLabel
from assay.models.target import Target
from assay.models.types import Message, Parameters, Reply, Request, Tool


@dataclass(frozen=True, slots=True)
class Place:
    """A sample to come: which of the dataset's, and in which epoch."""

    index: int
    sample: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """What the command says of a task.

    Attributes:
        target: The model that is evaluated.
        parameters: How it is sampled, over what the task says.
        arguments: The arguments of the task's function.
        epochs: How often each sample is run, instead of the task's own number.
    """

    target: Target
    parameters: Parameters = Parameters()
    arguments: dict[str, object] | None = None
    epochs: int | None = None


def inspect_job(file: Path, name: str | None, options: TaskOptions, *, shown: str) -> Job[Place]:
    """The task as a job.

    Args:
        file: The Python file that holds it.
        name: Which of the file's tasks; None where there is one.
        options: What the command says of it.
        shown: The file as messages and the plan name it.

    Raises:
        BadInput: The file holds no such task, or several and none is named.
        Unavailable: Inspect is not installed.
    """
    task = _load(file, name, options.arguments or {}, shown)
    epochs = options.epochs or int(task.epochs or 1)
    samples = [str(sample.id if sample.id is not None else i) for i, sample in enumerate(task.dataset, 1)]
    content = digest([[str(s.input), str(s.target)] for s in task.dataset])
    settings = [str(options.target), msgspec.to_builtins(options.parameters), options.arguments or {}, epochs]

    def plan() -> Iterator[Place]:
        places = [(sample, epoch) for sample in samples for epoch in range(1, epochs + 1)]
        return (Place(index, sample, epoch) for index, (sample, epoch) in enumerate(places))

    @asynccontextmanager
    async def open_sampler(given: Facilities) -> AsyncIterator[_Sampler]:
        rows = await _run(task, given, options, epochs)
        yield _Sampler(given, rows)

    return Job(
        name=task.name.replace("_", "-").replace("/", "."),
        description=f"Inspect's task {task.name}",
        file=shown,
        labels=(VariantLabel(name=task.name, prompt=shown, version=None, digest=content, model=str(options.target)),),
        repeats=epochs,
        gate=None,
        concurrency=None,
        cases=len(samples),
        total=len(samples) * epochs,
        targets=(options.target,),
        datasets={f"{shown}@{task.name}": content},
        identity=digest([shown, task.name, content, *settings]),
        samples=plan,
        open_sampler=open_sampler,
    )


def _load(file: Path, name: str | None, arguments: dict[str, object], shown: str) -> Any:
    loader = borrow("inspect_ai._eval.loader", EXTRA)
    try:
        found = quietly(lambda: loader.load_tasks([f"{file}@{name}" if name else str(file)], arguments))
    except Exception as error:  # noqa: BLE001 - the edge: the file is code, and may raise anything
        raise BadInput(
            f"{shown} cannot be loaded as a task of Inspect: {type(error).__name__}: {error}",
            hint="see that 'inspect eval' takes it",
            code="inspect.load",
        ) from None
    if len(found) != 1:
        names = ", ".join(sorted(task.name for task in found))
        raise BadInput(
            f"{shown} holds {len(found)} tasks" + (f": {names}" if names else ""),
            hint=f"name one, such as {shown}@NAME" if found else "decorate a function with @task",
            code="inspect.tasks",
        )
    return found[0]


class _Sampler:
    """Hands out the rows of a run that Inspect has made."""

    def __init__(self, given: Facilities, rows: dict[tuple[str, int], SampleRow]) -> None:
        self._given = given
        self._rows = rows

    async def sample(self, planned: Place) -> SampleRow:
        """The row of that sample in that epoch.

        Raises:
            Unavailable: Inspect has not run it.
        """
        row = self._rows.pop((planned.sample, planned.epoch), None)
        if row is None:
            raise Unavailable(
                f"Inspect's log has no sample {planned.sample} of epoch {planned.epoch}",
                hint="give each sample of the task an id of its own, and see that 'inspect eval' takes it",
                code="inspect.sample_missing",
            )
        return row


async def _run(task: Any, given: Facilities, options: TaskOptions, epochs: int) -> dict[tuple[str, int], SampleRow]:
    """Have Inspect run the task in a thread; the rows by sample and epoch."""
    models = StoredModels(
        given.engine.client, given.store, clock=given.clock, timeout_s=given.timeout_s, nonce=given.nonce
    )
    ask = _asking(models, options)
    log = await asyncio.to_thread(quietly, lambda: asyncio.run(_evaluate(task, ask, str(options.target), epochs)))
    given.progress.made, given.progress.reused = models.paid, models.found
    threshold = 1.0
    return {
        (str(sample.id), sample.epoch): row_of(sample, task.name, options.target, threshold=threshold)
        for sample in log.samples or ()
    }


def _asking(models: StoredModels, options: TaskOptions) -> Ask:
    """Calls from Inspect's thread; the same question asked again is another one, so that epochs are independent."""
    loop = asyncio.get_running_loop()
    asked: Counter[bytes] = Counter()
    one_at_a_time = threading.Lock()
    over = {k: v for k, v in msgspec.structs.asdict(options.parameters).items() if v not in (None, (), {})}

    def ask(messages: list[Message], parameters: Parameters, tools: tuple[Tool, ...]) -> Reply:
        request = Request(
            model=options.target.model,
            messages=tuple(messages),
            parameters=msgspec.structs.replace(parameters, **over),
            tools=tools,
        )
        with one_at_a_time:
            key = msgspec.json.encode(request)
            repeat = asked[key]
            asked[key] += 1
        call = models.call(options.target, request, repeat=repeat, does="is evaluated")
        return asyncio.run_coroutine_threadsafe(call, loop).result()

    return ask


async def _evaluate(task: Any, ask: Ask, model: str, epochs: int) -> Any:
    inspect_ai = borrow("inspect_ai", EXTRA)
    with TemporaryDirectory(prefix="assay-inspect-") as folder:
        logs = await inspect_ai.eval_async(
            task,
            model=inspect_model(model, ask),
            log_dir=folder,
            log_format="json",
            epochs=epochs,
            fail_on_error=False,
            max_samples=64,
        )
        log = logs[0]
        if log.status != "success" and not log.samples:
            raise StorageFailed(
                f"Inspect ended the task with {log.status}: {log.error.message if log.error else 'no reason'}",
                hint="see that 'inspect eval' takes it",
                code="inspect.failed",
            )
        return log
