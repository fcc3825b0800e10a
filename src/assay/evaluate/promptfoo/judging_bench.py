"""What graders are made with in a promptfoo run: the configuration's judges, and its templates for their prompts.

Which judge answers depends on the assertion and the test that is being graded; ``asking`` says it for the time of
one assertion.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from assay.author.source import WorkingTree
from assay.core.errors import GraderFailed
from assay.evaluate.asking import StoredModels
from assay.evaluate.bench import Bench
from assay.evaluate.promptfoo.providers.caller import Asked
from assay.evaluate.promptfoo.providers.chat_prompt import messages_of
from assay.evaluate.promptfoo.responses import Responses
from assay.evaluate.promptfoo.script_text import json_text, output_text
from assay.evaluate.promptfoo.scripting import has_tags
from assay.evaluate.promptfoo.types import Json, ProviderSpec
from assay.models.target import Target
from assay.models.types import Message, Parameters, Reply, Usage

RenderNow = Callable[[str, Json], str]


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges the sample that is being graded, and its variables.

    Attributes:
        judge: Answers questions.
        embedder: Makes vectors; None for the embedded model.
    """

    judge: ProviderSpec
    values: Json
    test: Json
    embedder: Target | None = None


_judging: ContextVar[Judging | None] = ContextVar("judging", default=None)


@contextmanager
def judged_by(judging: Judging) -> Iterator[None]:
    """For the time of the block, questions of graders go to this judge."""
    token = _judging.set(judging)
    try:
        yield
    finally:
        _judging.reset(token)


class JudgingBench(Bench):
    """A bench whose models are the configuration's judges.

    Args:
        source: The project's files.
        folder: The configuration's folder, relative to the project's.
        responses: Calls providers, and keeps what they answer.
        render: Renders a template at once.
        read: The text of a file that the configuration names.
        models: Makes vectors.
    """

    judge_attempts = 1
    """As in promptfoo, which does not ask again."""

    def __init__(
        self,
        source: WorkingTree,
        folder: str,
        *,
        responses: Responses,
        render: RenderNow,
        read: Callable[[str], str],
        models: StoredModels,
    ) -> None:
        super().__init__(source, folder)
        self._responses = responses
        self._render_text = render
        self._read_file = read
        self._vectors = models

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        model: str | Target | None = None,  # noqa: ARG002 - the configuration names the judge
        parameters: Parameters | None = None,  # noqa: ARG002 - and its settings
        schema: dict[str, object] | None = None,  # noqa: ARG002 - which not every judge understands
        repeat: int = 0,
    ) -> Reply:
        """The judge's reply.

        Raises:
            GraderFailed: There is none.
        """
        judging = _judging.get()
        if judging is None:
            raise GraderFailed("no judge is named", hint="name a provider for the assertion", code="promptfoo.no_judge")
        asked = Asked(text=_text_of(messages), values=judging.values, test=judging.test, repeat=repeat)
        found = await self._responses.judged(judging.judge, asked)
        usage = found.tokenUsage
        return Reply(
            text=output_text(found.output),
            model=judging.judge.name,
            usage=Usage(input=usage.get("prompt"), output=usage.get("completion")),
        )

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> list[list[float]]:
        """A vector for each text, from the configuration's embeddings model.

        Raises:
            GraderFailed: It made none.
        """
        judging = _judging.get()
        if judging is None or judging.embedder is None:
            return await self._vectors.embed(texts, model=model)
        return await self._vectors.embed_at(judging.embedder, texts)

    def render_rubric(self, given: Any, values: Mapping[str, object]) -> tuple[Message, ...]:
        """The messages of a judge's prompt that the configuration gives, in its own template language."""
        if isinstance(given, str) and given.startswith("file://"):
            given = self._read_file(given)
        if not isinstance(given, str):
            given = json_text(given)
        found = messages_of(given)
        return tuple(Message(role=one.role, content=self._rendered(one.content, values)) for one in found)

    def _rendered(self, text: str, values: Mapping[str, object]) -> str:
        return self._render_text(text, dict(values)) if has_tags(text) else text


def _text_of(messages: Sequence[Message]) -> str:
    """The messages as the prompt of a provider: one of the user alone as it is, others as JSON."""
    if len(messages) == 1 and messages[0].role == "user":
        return messages[0].content
    return json_text([{"role": message.role, "content": message.content} for message in messages])
