"""What the rest of this package runs code and templates through, whatever runs them."""

from pathlib import Path
from typing import Any, Protocol

from assay.core.errors import GraderFailed
from assay.evaluate.promptfoo.types import CodeRef, Json


class Scripts(Protocol):
    """Runs a configuration's code: templates and JavaScript beside this process's own, Python in processes of its own.

    Every method raises ``GraderFailed`` when the code fails or is stopped.
    """

    async def render(self, template: str, values: Json) -> str:
        """A template with these values."""
        ...

    async def javascript(self, body: str, names: tuple[str, ...], *arguments: object) -> Any:
        """What a function with this body returns; ``NOTHING`` for undefined."""
        ...

    async def python(self, body: str, output: object, context: object) -> Any:
        """What Python code returns for an output and its context: an expression, or a function's body."""
        ...

    async def program(self, file: Path, *arguments: str) -> str:
        """What a Python file prints that is run as a program."""
        ...

    async def call(self, code: CodeRef, *arguments: object) -> Any:
        """What a function in a file returns; ``NOTHING`` for undefined."""
        ...

    async def is_class(self, code: CodeRef) -> bool:
        """Whether a JavaScript module exports a class."""
        ...

    async def method(self, code: CodeRef, key: str, made_with: Json, method: str, *arguments: object) -> Any:
        """What a method of a JavaScript object returns; the object is made once for each key."""
        ...


class _Nothing:
    """JavaScript's ``undefined``."""

    def __bool__(self) -> bool:
        return False


NOTHING = _Nothing()


def has_tags(text: str) -> bool:
    """Whether a text can be a template at all."""
    return "{{" in text or "{%" in text or "{#" in text


async def render_deep(scripts: Scripts, value: Any, values: Json) -> Any:
    """The value with every text in it rendered."""
    if isinstance(value, str):
        return await scripts.render(value, values) if has_tags(value) else value
    if isinstance(value, list):
        return [await render_deep(scripts, item, values) for item in value]
    if isinstance(value, dict):
        return {key: await render_deep(scripts, item, values) for key, item in value.items()}
    return value


def failed(what: str, code: str = "promptfoo.failed") -> GraderFailed:
    """The error for what goes wrong with one sample, and ends with it."""
    return GraderFailed(what, code=code)
