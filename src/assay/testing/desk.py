"""Suites and prompts run from a test: what the fixture ``assay`` hands out. Knows nothing of pytest."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec

from assay.app import App
from assay.author.project import PROJECT_FILE
from assay.core.clock import stamp
from assay.core.errors import AssayError, BadInput
from assay.engine.prepare import choose_target, merge_parameters, prepare
from assay.engine.types import Call, Outcome
from assay.evaluate.calibration.gate import check_calibrations
from assay.evaluate.native import SuiteOptions, job_of, known_judges, open_suite
from assay.evaluate.plan import Override, override_of
from assay.evaluate.promptfoo.detect import is_promptfoo
from assay.evaluate.service import Evaluation, Options
from assay.models.types import Parameters
from assay.testing.fake_provider import FakeProvider
from assay.testing.run_once import RunOnce
from assay.testing.suite_run import SuiteRun

T = TypeVar("T")

_NO_OVERRIDE = Override()


class Desk:
    """Where a test runs suites and prompts.

    Args:
        start: The folder that paths are looked up from: there, and in the folders above it up to ``root``.
        root: The highest folder to look in.
        once: What the session has run already; a suite is run once, whoever asks.
        override: The model that answers, instead of the prompts' own.
        tell: Called with each run that is asked for.
    """

    def __init__(
        self,
        start: Path,
        root: Path | None = None,
        *,
        once: RunOnce | None = None,
        override: Override = _NO_OVERRIDE,
        tell: Callable[[SuiteRun], None] = lambda _: None,
    ) -> None:
        self._start = start.resolve()
        self._root = (root or start).resolve()
        self._once = once or RunOnce()
        self._override = override
        self._tell = tell

    def using(
        self,
        provider: FakeProvider | None = None,
        *,
        model: str | None = None,
        base_url: str | None = None,
        key_env: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        seed: int | None = None,
    ) -> "Desk":
        """The same with another model that answers: a fake one, or what ``assay eval`` has options for."""
        if provider is not None:
            model, base_url = model or "fake", base_url or provider.base_url
        over = override_of(model, base_url, key_env, temperature=temperature, max_tokens=max_tokens, seed=seed)
        given = Override(
            model=over.model or self._override.model,
            base_url=over.base_url or self._override.base_url,
            key=over.key or self._override.key,
            parameters=self._override.parameters if over.parameters == Parameters() else over.parameters,
        )
        return Desk(self._start, self._root, once=self._once, override=given, tell=self._tell)

    def eval(
        self, suite: str | Path, *, repeats: int | None = None, concurrency: int | None = None, fresh: bool = False
    ) -> SuiteRun:
        """Run a suite, or find the run that this session has made of it.

        Raises:
            BadInput: Anything that is wrong with the suite, its prompts or its cases.
            Unavailable: No call at all succeeds.
        """
        file = self.find(suite)
        if is_promptfoo(file):
            raise BadInput(
                f"{suite} is a configuration of promptfoo's, which may set variables of this process",
                hint="run it with 'assay eval' or 'assay ci'",
                code="testing.promptfoo",
            )
        key = msgspec.json.encode([str(file), repr(self._override), repeats, fresh]).decode()

        def make() -> Path:
            return _to_the_end(lambda: self._evaluate(file, repeats, concurrency, fresh=fresh))

        run = SuiteRun(self._once.get(key, make))
        self._tell(run)
        return run

    async def eval_async(self, suite: str | Path, **options: bool | int | None) -> SuiteRun:
        """The same for a test that is a coroutine; its own loop stays free, so that it may hold a fake provider."""
        return await asyncio.to_thread(self.eval, suite, **options)  # type: ignore[arg-type]  # the options of eval

    def run(self, reference: str, /, **inputs: object) -> Outcome:
        """Call a prompt once; nothing is kept, so every call is paid for.

        Raises:
            BadInput: There is no such prompt, or an input is wrong.
            ModelError: No reply came.
        """
        return _to_the_end(lambda: self.run_async(reference, **inputs))

    async def run_async(self, reference: str, /, **inputs: object) -> Outcome:
        """The same for a test that is a coroutine."""
        app = App.open(self._home())
        prepared = prepare(app.resolve(reference))
        over, default = self._override, app.models.default
        call = Call(
            prepared=prepared,
            inputs=dict(inputs),
            target=choose_target(
                prepared.prompt, model=over.model, base_url=over.base_url, key=over.key, default=default
            ),
            parameters=merge_parameters(prepared.prompt, over.parameters),
            timeout_s=app.models.timeout_s,
        )
        async with app.engine() as engine:
            return await engine.run(call)

    def find(self, path: str | Path) -> Path:
        """The file of that name, seen from the test's folder or the nearest one above that has it.

        Raises:
            BadInput: None has it.
        """
        for folder in self._folders():
            if (found := folder / path).is_file():
                return found.resolve()
        raise BadInput(
            f"there is no {path} in {self._start}, nor in a folder above it up to {self._root}",
            hint="name it relative to the test's folder or to pytest's rootdir",
            code="testing.missing",
        )

    def _home(self) -> Path:
        """The nearest folder that is a project's, else the highest."""
        folders = self._folders()
        return next((folder for folder in folders if (folder / PROJECT_FILE).is_file()), folders[-1])

    def _folders(self) -> list[Path]:
        """From the test's folder up to the highest one."""
        if not self._start.is_relative_to(self._root):
            return [self._start]
        return [f for f in (self._start, *self._start.parents) if f.is_relative_to(self._root)]

    async def _evaluate(self, file: Path, repeats: int | None, concurrency: int | None, *, fresh: bool) -> Path:
        app = App.open(file.parent)
        given = SuiteOptions(
            override=replace(self._override, default=app.models.default),
            repeats=repeats,
            concurrency=concurrency,
            judge=app.evaluate.judge,
        )
        prepared, _ = open_suite(app.project, file, given)
        judges, now = known_judges(app.project, prepared), stamp(app.clock.now_utc())
        check_calibrations(prepared.calibrations, judges, now, prepared.suite.document)
        options = Options(
            concurrency=app.concurrency(variant.target for variant in prepared.variants),
            timeout_s=app.models.timeout_s,
            fresh=fresh,
            report_rows=app.evaluate.report_rows,
        )
        async with app.engine() as engine:
            evaluation = Evaluation(app.folder, app.clock)
            finished = await evaluation.run(job_of(app.project, prepared), engine, options, lambda _: None)
        return finished.folder


def _to_the_end(work: Callable[[], Coroutine[object, object, T]]) -> T:
    """What the coroutine returns; an error's hint is put where pytest shows it.

    Raises:
        BadInput: The test is itself a coroutine.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise BadInput(
            "a test that is a coroutine cannot wait for this without stopping its own loop",
            hint="write 'await assay.eval_async(…)' or 'await assay.run_async(…)'",
            code="testing.loop",
        )
    try:
        return asyncio.run(work())
    except AssayError as error:
        if error.hint and not getattr(error, "__notes__", None):
            error.add_note(f"hint: {error.hint}")
        raise
