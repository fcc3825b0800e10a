"""Extensions: functions of the project, told when a run and a test begin and end, that may change what is run.

What a hook changes counts when it returns its context; a change in place alone does not reach this process.
"""

from collections.abc import Sequence
from typing import Any, Literal

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.scripting import Scripts
from assay.evaluate.promptfoo.types import CodeRef, Json

Hook = Literal["beforeAll", "beforeEach", "afterEach", "afterAll"]
_HOOKS = ("beforeAll", "beforeEach", "afterEach", "afterAll")
_PYTHON_MAIN = "extension_hook"


class Hooks:
    """Calls a configuration's extensions.

    Args:
        extensions: As the configuration names them.
        scripts: Runs the code.
        files: The files around the configuration.

    Raises:
        BadInput: An extension that is no file of code.
    """

    def __init__(self, extensions: Sequence[str], scripts: Scripts, files: Files, where: Location) -> None:
        self._scripts = scripts
        self._known: list[CodeRef] = []
        for extension in extensions:
            if not isinstance(extension, str) or not extension.startswith("file://"):
                raise BadInput(
                    f"the extension {extension!r} is no file",
                    hint="write file://hooks.py:beforeAll",
                    code="promptfoo.extension",
                    where=where,
                )
            self._known.append(files.code(extension, where))

    def any_for(self, hook: Hook) -> bool:
        """Whether there is one to call."""
        return any(code.function not in _HOOKS or code.function == hook for code in self._known)

    async def run(self, hook: Hook, context: Json) -> Json:
        """The context as the extensions leave it, each seeing what those before it changed.

        Raises:
            GraderFailed: One of them failed.
        """
        for code in self._known:
            if code.function in _HOOKS and code.function != hook:
                continue
            found = await self._call(code, hook, context)
            if isinstance(found, dict):
                context = {**context, **{key: value for key, value in found.items() if key in context}}
        return context

    async def _call(self, code: CodeRef, hook: Hook, context: Json) -> Any:
        if code.function in _HOOKS:
            return await self._scripts.call(code, context, {"hookName": hook})
        named = CodeRef(code.file, code.function or (_PYTHON_MAIN if code.python else None))
        return await self._scripts.call(named, hook, context)
