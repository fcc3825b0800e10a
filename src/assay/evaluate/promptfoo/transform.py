"""Transforms: JavaScript in the configuration, or a function in a file, that makes one value of another."""

from typing import Any

from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.scripting import NOTHING, Scripts, failed
from assay.evaluate.promptfoo.types import CodeRef, Json

_PYTHON_MAIN = "get_transform"


class Transforms:
    """Runs transforms.

    Args:
        scripts: Runs the code.
        files: The files around the configuration.
    """

    def __init__(self, scripts: Scripts, files: Files) -> None:
        self._scripts = scripts
        self._files = files

    async def apply(self, code: str, value: Any, context: Json, *, name: str = "output") -> Any:
        """What the transform makes of a value.

        Args:
            code: An expression, the body of a function on several lines, or ``file://path:function``.
            value: What is transformed.
            context: ``vars``, ``prompt`` and what else the code is told.
            name: What the code calls the value.

        Raises:
            GraderFailed: The code failed, or returned nothing.
        """
        found = await self.run(code, value, context, name=name)
        if found is None or found is NOTHING:
            raise failed("the transform returned nothing", "promptfoo.transform")
        return found

    async def run(self, code: str, value: Any, context: Any, *, name: str = "output") -> Any:
        """The same, whatever it returns."""
        if code.startswith("file://"):
            found = self._files.code(code)
            function = found.function or (_PYTHON_MAIN if found.python else None)
            return await self._scripts.call(CodeRef(found.file, function), value, context)
        body = code if "\n" in code else f"return {code}"
        return await self._scripts.javascript(body, (name, "context"), value, context)
