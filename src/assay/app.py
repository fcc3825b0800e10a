"""The composition root: the only place that builds things and joins them.

Commands, and later the server, open an ``App`` and use what it hands out.
"""

import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assay.author.project import Project, find_project
from assay.author.reference import resolve
from assay.author.settings import AuthorSettings
from assay.author.types import Prompt
from assay.core.clock import SystemClock
from assay.core.errors import BadInput
from assay.core.events import Events
from assay.core.settings import Origin, Scalar, check_stages, read_settings
from assay.engine.engine import Engine
from assay.evaluate.dataset import DatasetFacts
from assay.evaluate.native import SuiteOptions, job_of, open_suite
from assay.evaluate.plan import Planned
from assay.evaluate.service import Job
from assay.evaluate.settings import EvaluateSettings
from assay.models.embedded.place import Configuration
from assay.models.embedded.supervisor import Endpoint, OnDemand, ensure
from assay.models.limit.account import Caps
from assay.models.provider import providers
from assay.models.retry import RetryPolicy
from assay.models.settings import ModelsSettings
from assay.models.target import Target

S = TypeVar("S")

STAGES: dict[str, type[object]] = {
    "author": AuthorSettings,
    "models": ModelsSettings,
    "evaluate": EvaluateSettings,
}


class App:
    """A project opened: its settings read once, its parts built when asked for."""

    def __init__(
        self, project: Project, environ: Mapping[str, str], arguments: Mapping[str, Mapping[str, Scalar]]
    ) -> None:
        self.project = project
        self.clock = SystemClock()
        self.events = Events()
        self.origins: list[Origin] = []
        check_stages(project.document, STAGES)

        def read(stage: str, kind: type[object]) -> object:
            found, origins = read_settings(
                stage, kind, arguments=arguments.get(stage, {}), environ=environ, document=project.document
            )
            self.origins += origins
            return found

        found = {stage: read(stage, kind) for stage, kind in STAGES.items()}
        self.author = _of(found["author"], AuthorSettings)
        self.models = _of(found["models"], ModelsSettings)
        self.evaluate = _of(found["evaluate"], EvaluateSettings)

    @classmethod
    def open(cls, start: Path | None = None, **arguments: Mapping[str, Scalar]) -> "App":
        """The project around a folder or file (the current folder when None).

        Args:
            start: Where to look.
            arguments: By stage, the settings that the command line gives; None is "not given".

        Raises:
            BadInput: A setting that does not exist or has the wrong type.
        """
        return cls(find_project(start or Path.cwd()), os.environ, arguments)

    def resolve(self, reference: str) -> Prompt:
        """The prompt that the reference names."""
        return resolve(self.project, reference)

    def inside(self, path: Path) -> str:
        """The path relative to the project's folder.

        Raises:
            BadInput: It lies outside.
        """
        relative = self.project.relative(path)
        if relative is None:
            raise BadInput(
                f"{path} lies outside the project's folder, {self.project.root}",
                hint="name files of one project at a time",
                code="cli.outside",
            )
        return relative

    @property
    def folder(self) -> Path:
        """Where Assay keeps what it writes for this project."""
        return self.project.root / self.evaluate.folder

    def concurrency(self, targets: Iterable[Target]) -> int:
        """Calls under way at once, where nobody says: for the embedded model alone, as many as it answers at once.

        More would only wait in its queue, and be counted as latency.
        """
        if all(providers.get(target.provider).on_demand for target in targets):
            return min(self.evaluate.concurrency, self._configuration().engines)
        return self.evaluate.concurrency

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """The engine, with its connections open while the context lasts."""
        from assay.models.client import ModelClient  # noqa: PLC0415 - aiohttp costs start-up time

        models = self.models
        policy = RetryPolicy(max_attempts=models.max_attempts, give_up_after_s=models.give_up_after_s)
        caps = Caps(requests_per_minute=models.requests_per_minute, tokens_per_minute=models.tokens_per_minute)
        endpoint = self._on_demand()
        async with ModelClient(policy=policy, caps=caps, events=self.events, embedded_endpoint=endpoint) as client:
            yield Engine(client, self.events)

    async def embedded(self) -> Endpoint:
        """The embedded model's endpoint; it is started if need be."""
        return await ensure(self._configuration())

    def _on_demand(self) -> OnDemand:
        return OnDemand(self._configuration())

    def _configuration(self) -> Configuration:
        return Configuration(weights=self.models.weights, idle_s=self.models.idle_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteOpener:
    """Opens a suite again in another process, from plain data; its cases have been checked where it was made.

    Attributes:
        root: The project's folder; None for the current one, where the project's files were sent along.
        suite_file: The suite, relative to the project's folder.
        options: What the command said beside it.
        facts: What the one look at the datasets told.
    """

    root: Path | None
    suite_file: str
    options: SuiteOptions
    facts: DatasetFacts

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[tuple[Job[Planned], Engine]]:
        """The job, with an engine that is open while the context lasts."""
        app = App.open(self.root)
        prepared, _ = open_suite(app.project, app.project.root / self.suite_file, self.options, facts=self.facts)
        async with app.engine() as engine:
            yield job_of(app.project, prepared), engine


def _of(value: object, kind: type[S]) -> S:
    assert isinstance(value, kind)
    return value
