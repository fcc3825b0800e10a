"""The nouns of a promptfoo configuration as data: prompt, provider, test, response, and the suite they make.

Nothing here reads a file (``load.py``, ``prompts.py``, ``tests.py``) or calls anything (``providers/``).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from assay.core.location import Location

Json = dict[str, Any]
"""A mapping as it came from YAML or JSON; what is inside is looked at where it is used."""


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A function in a file of the project: JavaScript or Python. Without a name, the file's own main function."""

    file: Path
    function: str | None

    @property
    def python(self) -> bool:
        """Whether it is Python."""
        return self.file.suffix == ".py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt: a template, or code that makes one.

    Attributes:
        raw: The template; for code its source.
        label: How it is named in results and in filters.
        id: The name that the configuration gave, if any.
        config: What is passed on to the provider with it.
        code: The function that makes the prompt, or None.
        script: Whether the code is run as a program whose output is the prompt.
    """

    raw: str
    label: str
    id: str | None = None
    config: Json = field(default_factory=dict)
    code: CodeRef | None = None
    script: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """One provider as the configuration names it, not opened yet.

    Attributes:
        kind: What answers, such as ``openai:gpt-4o-mini``, ``echo`` or ``file://provider.py``.
        id: How the configuration names it; the kind, if it gives no other name.
        label: How it is named in results, if not by its id.
        prompts: Labels of the prompts that it is asked; None for all.
        delay_ms: A pause after each call.
        where: The place in the file.
    """

    kind: str
    id: str
    label: str | None = None
    config: Json = field(default_factory=dict)
    prompts: tuple[str, ...] | None = None
    transform: str | None = None
    delay_ms: float = 0.0
    env: Json = field(default_factory=dict)
    where: Location

    @property
    def name(self) -> str:
        """Label or id."""
        return self.label or self.id

    def identity(self) -> list[object]:
        """What shapes its replies."""
        return [self.kind, self.config, self.env]


@dataclass(frozen=True, slots=True)
class Test:
    """One test as written, defaults not merged yet, and where it stands."""

    __test__ = False

    data: Json
    where: Location


class Response(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a provider answered, whichever it is.

    Attributes:
        output: Text or JSON; None when there is none.
        error: What went wrong, for a call that brought nothing.
        cost: US dollars; None is unknown.
        guardrails: What the provider's own checks said: ``flagged``, ``reason``.
        cached: Whether the provider said that it had the answer already.
        raw: The provider's answer beyond the output, such as its tool calls.
    """

    output: Any = None
    error: str | None = None
    tokenUsage: dict[str, Any] = {}  # noqa: N815 - the name in promptfoo's format
    cost: float | None = None
    cached: bool = False
    metadata: dict[str, Any] = {}
    latencyMs: float | None = None  # noqa: N815 - the name in promptfoo's format
    finishReason: str | None = None  # noqa: N815 - the name in promptfoo's format
    isRefusal: bool = False  # noqa: N815 - the name in promptfoo's format
    logProbs: list[float] = []  # noqa: N815 - the name in promptfoo's format
    guardrails: dict[str, Any] = {}
    raw: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A prompt under a provider: one column of promptfoo's table, one variant of the report."""

    index: int
    prompt: Prompt
    provider: ProviderSpec
    name: str


@dataclass(slots=True, kw_only=True)
class PromptfooSuite:
    """A configuration, read and checked.

    Attributes:
        config: The merged configuration, for the export.
        folder: What relative paths are relative to.
        tests: Reads the tests anew, one at a time.
        scenarios: Tests of the scenarios, each with its defaults merged but for the default test's.
        env: The environment that templates and providers see.
        filters: Name -> file of the configuration's own template filters.
    """

    name: str
    description: str
    config: Json
    folder: Path
    prompts: list[Prompt]
    providers: list[ProviderSpec]
    columns: list[Column]
    tests: Callable[[], Iterator[Test]]
    default_test: Json
    scenarios: list[Any]
    derived_metrics: list[Json]
    extensions: list[str]
    env: dict[str, str]
    filters: dict[str, Path]
    repeat: int = 1
    concurrency: int | None = None
    delay_ms: float = 0.0
    timeout_s: float | None = None
    judge: Any = None
    warnings: list[str] = field(default_factory=list)
