"""A configuration's code and templates, run: JavaScript and Nunjucks in QuickJS, Python in worker processes."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from assay.author.source import WorkingTree
from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.script_text import sent
from assay.evaluate.promptfoo.scripting import NOTHING
from assay.evaluate.promptfoo.types import CodeRef, Json
from assay.evaluate.python_code import PythonCode
from assay.evaluate.script.engine import QUOTED_CHARS, Code, Instance
from assay.evaluate.script.scripts import Scripts
from assay.evaluate.script.types import UNDEFINED, Limits, Setting
from assay.evaluate.verdict import quote

LIMITS = Limits()


class RunScripts:
    """Implements ``scripting.Scripts``.

    Args:
        files: The files around the configuration.
        env: What code and templates see as the environment.
        filters: Template filters by name.
    """

    def __init__(self, files: Files, env: Mapping[str, str], filters: Mapping[str, Path]) -> None:
        self._source = WorkingTree(files.root)
        folder = files.folder.relative_to(files.root).as_posix()
        named = {name: os.path.relpath(path, files.folder) for name, path in filters.items()}
        self._scripts = Scripts(self._source, Setting("" if folder == "." else folder, env, named, LIMITS))
        self._python = PythonCode(self._source, folder="" if folder == "." else folder, environment=env)

    async def render(self, template: str, values: Json) -> str:
        """A template with these values."""
        return await self._scripts.render(template, values)

    def render_now(self, template: str, values: Json) -> str:
        """The same, at once."""
        return self._scripts.engine.render(template, values)

    async def javascript(self, body: str, names: tuple[str, ...], *arguments: object) -> Any:
        """What a function with this body returns."""
        return _plain(await self._scripts.run(_code(body, names), arguments))

    async def python(self, body: str, output: object, context: object) -> Any:
        """What Python code returns for an output and a context."""
        return await self._python.run_body(body, {"output": sent(output), "context": sent(context)})

    async def call(self, code: CodeRef, *arguments: object) -> Any:
        """What a function in a file returns."""
        if code.python:
            return await self._python.call_file(
                str(code.file), code.function or "main", [sent(item) for item in arguments]
            )
        return _plain(await self._scripts.call(str(code.file), code.function, arguments))

    async def program(self, file: Path, *arguments: str) -> str:
        """What a Python file prints that is run as a program."""
        return (await self._python.run_program(str(file), arguments)).rstrip("\n")

    async def is_class(self, code: CodeRef) -> bool:
        """Whether a JavaScript module exports a class."""
        found = self._scripts.engine.exports(str(code.file))
        return isinstance(found, dict) and found.get("kind") == "class"

    async def method(self, code: CodeRef, key: str, made_with: Json, method: str, *arguments: object) -> Any:
        """What a method of a JavaScript object returns."""
        instance = Instance(key, str(code.file), code.function, (made_with,))
        return _plain(await self._scripts.method(instance, method, arguments))

    async def load(self, code: CodeRef) -> Any:
        """What a JavaScript module exports, as data; what its function returns, where it exports one."""
        found = _plain(await self._scripts.load(str(code.file)))
        if isinstance(found, dict) and found.get("$function") == []:
            return _plain(await self._scripts.call(str(code.file), None, ()))
        return found

    def calculate(self, expression: str, scope: Mapping[str, float]) -> object:
        """The value of a mathjs expression."""
        return self._scripts.engine.calculate(expression, scope)

    async def close(self) -> None:
        """End every process."""
        await self._scripts.close()
        await self._python.close()


@lru_cache(maxsize=1_000)
def _code(body: str, names: tuple[str, ...]) -> Code:
    return Code(body, names, what=f"the JavaScript {quote(body.removeprefix('return '), QUOTED_CHARS)}")


def _plain(value: object) -> Any:
    return NOTHING if value is UNDEFINED else value
