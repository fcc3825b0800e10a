"""What every kind of provider is called through, and what each is made with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from assay.engine.steps import Generates
from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.scripting import Scripts
from assay.evaluate.promptfoo.types import Json, Prompt, ProviderSpec, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call.

    Attributes:
        text: The prompt, rendered.
        values: The variables.
        prompt: The prompt that the text comes from; None for a question of a judge.
        config: The prompt's configuration with the test's options over it.
        test: The test, for code.
        key: Names this very call, for services that answer each only once.
    """

    text: str
    values: Json
    prompt: Prompt | None = None
    config: Json = field(default_factory=dict)
    test: Json = field(default_factory=dict)
    repeat: int = 0
    key: str | None = None

    def context(self) -> Json:
        """What code is told of the call."""
        label = self.prompt.label if self.prompt is not None else ""
        return {
            "vars": self.values,
            "prompt": {"raw": self.text, "label": label, "config": self.config},
            "test": self.test,
            "repeatIndex": self.repeat,
        }


class Caller(Protocol):
    """A provider, open."""

    kept: bool
    """Whether its answers are kept; those that cost nothing are made anew."""

    def shaping(self, asked: Asked) -> list[object]:
        """What shapes the answer besides the provider itself, the text and the repeat."""
        ...

    async def call(self, asked: Asked) -> Response:
        """The answer.

        Raises:
            ModelError, GraderFailed: There is none.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What providers are made with.

    Attributes:
        client: Calls models.
        env: The configuration's environment.
        timeout_s: Longest time of one call.
    """

    files: Files
    scripts: Scripts
    client: Generates
    env: Mapping[str, str]
    timeout_s: float


def told(spec: ProviderSpec) -> Json:
    """The provider's options as code sees them."""
    found: Json = {"id": spec.id, "config": spec.config}
    if spec.label is not None:
        found["label"] = spec.label
    return found
