"""What graders are made with: the project's files as a suite sees them, processes to run code in, and models to ask."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from assay.author.source import WorkingTree, inside
from assay.core.errors import GraderFailed
from assay.evaluate.asking import EMBEDDER, Models, StoredModels, who_judges
from assay.evaluate.endpoint import Endpoints
from assay.evaluate.python_code import PythonCode
from assay.evaluate.script.scripts import Scripts
from assay.evaluate.script.types import Setting
from assay.evaluate.types import Judge
from assay.evaluate.worker import WorkerPool
from assay.models.minilm import encoder
from assay.models.target import Target
from assay.models.types import Message, Parameters, Reply


class Bench:
    """The files around a suite, one pool of worker processes for each file of code, and the models.

    Args:
        source: The project's files.
        folder: The suite's folder, relative to the project's; paths given here are relative to it.
        models: What models are asked through; None while a suite is only checked.
        judge: Who would be asked where a grader names nobody, while a suite is only checked.
    """

    def __init__(
        self, source: WorkingTree, folder: str = "", models: Models | None = None, *, judge: Judge | None = None
    ) -> None:
        self.source = source
        self._folder = folder
        self._models = models
        self._judge = judge
        self._pools: dict[Path, WorkerPool] = {}
        self._scripts: Scripts | None = None
        self._python: PythonCode | None = None
        self._endpoints: Endpoints | None = None

    def read(self, path: str) -> str:
        """The text of a file.

        Raises:
            BadInput: It lies outside the project, or cannot be read.
        """
        return self.source.read(self.inside(path))

    def locate(self, path: str) -> Path:
        """Where a file lies.

        Raises:
            BadInput: It lies outside the project.
        """
        return self.source.locate(self.inside(path))

    def name(self, path: str) -> str:
        """The file as messages name it."""
        return self.source.name(self.inside(path))

    def inside(self, path: str) -> str:
        """The path relative to the project's folder.

        Raises:
            BadInput: It lies outside the project.
        """
        return inside(f"{self._folder}/{path}" if self._folder and not path.startswith("/") else path)

    @property
    def scripts(self) -> Scripts:
        """What runs JavaScript; files there are relative to the suite's folder."""
        if self._scripts is None:
            self._scripts = Scripts(self.source, Setting(folder=self._folder))
        return self._scripts

    @property
    def python(self) -> PythonCode:
        """What runs Python that stands in the suite itself."""
        if self._python is None:
            self._python = PythonCode(self.source)
        return self._python

    @property
    def endpoints(self) -> Endpoints:
        """What calls the addresses that graders name."""
        if self._endpoints is None:
            self._endpoints = Endpoints()
        return self._endpoints

    def workers(self, file: Path) -> WorkerPool:
        """The processes that run that file's functions; none is started before the first call."""
        if file not in self._pools:
            self._pools[file] = WorkerPool(file, self.source)
        return self._pools[file]

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        model: str | Target | None = None,
        parameters: Parameters | None = None,
        schema: dict[str, object] | None = None,
        repeat: int = 0,
    ) -> Reply:
        """One reply of a model to these messages; see ``asking.StoredModels.ask``.

        Raises:
            GraderFailed: No model is named, or it gave no reply.
        """
        return await self._reach().ask(messages, model=model, parameters=parameters, schema=schema, repeat=repeat)

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> list[list[float]]:
        """A vector for each text, all of one length.

        Raises:
            GraderFailed: No model is named, or it gave no vectors.
        """
        return await self._reach().embed(texts, model=model)

    async def embed_at(self, target: Target, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text from the embeddings model that a target names, with its own address and key.

        Raises:
            GraderFailed: It made none.
        """
        return await self._reach().embed_at(target, texts)

    def judge_of(self, model: Target | None, parameters: Parameters | None) -> tuple[Target | None, Parameters | None]:
        """Who would be asked, and how it would be sampled; None for the suite's judge where nobody is named."""
        if isinstance(self._models, StoredModels):
            return self._models.judge_of(model, parameters)
        return who_judges(self._judge, model, parameters) if self._models is None else (model, parameters)

    def expect_model(self, model: str | Target | None) -> None:
        """Say before the run that this model will be asked, so that it is seen to be there; None is the suite's judge.

        Raises:
            BadInput: No model is named.
        """
        if isinstance(self._models, StoredModels):
            self._models.expect(model)

    def expect_vectors(self, model: str | None) -> None:
        """Get the embedded encoder ready before the run, where graders will use it: that must not slow calls down.

        Raises:
            Unavailable: The extra ``embeddings`` is not installed.
        """
        if model in {None, EMBEDDER} and isinstance(self._models, StoredModels):
            encoder.load()

    async def close(self) -> None:
        """End every process and every connection."""
        opened = [part for part in (self._scripts, self._python, self._endpoints) if part is not None]
        await asyncio.gather(*(part.close() for part in (*self._pools.values(), *opened)))

    def _reach(self) -> Models:
        if self._models is None:
            raise GraderFailed("no model can be asked here", hint="run the suite", code="grader.no_models")
        return self._models
