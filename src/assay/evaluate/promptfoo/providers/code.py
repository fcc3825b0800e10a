"""Providers that are code of the project: a Python function, or a JavaScript class or function."""

from typing import Any

import msgspec

from assay.evaluate.promptfoo.providers.caller import Asked, Given, told
from assay.evaluate.promptfoo.script_text import json_text
from assay.evaluate.promptfoo.scripting import NOTHING, failed
from assay.evaluate.promptfoo.types import CodeRef, Json, ProviderSpec, Response

_MAIN = "call_api"


class PythonCode:
    """A Python function ``(prompt, options, context)``."""

    kept = True

    def __init__(self, spec: ProviderSpec, code: CodeRef, given: Given) -> None:
        self._code = CodeRef(code.file, code.function or _MAIN)
        self._options = told(spec)
        self._given = given

    def shaping(self, asked: Asked) -> list[object]:
        """Whatever the function is given, and its own text."""
        return [self._code.file.read_text("utf-8"), asked.values, asked.config]

    async def call(self, asked: Asked) -> Response:
        """What the function returned."""
        found = await self._given.scripts.call(self._code, asked.text, self._options, asked.context())
        return response_of(found, self._code.file.name)


class JavaScriptCode:
    """A JavaScript class with a method ``callApi``, or a function, that a module exports."""

    kept = True

    def __init__(self, spec: ProviderSpec, code: CodeRef, given: Given) -> None:
        self._code = code
        self._options: Json = {**told(spec), "env": spec.env}
        self._key = json_text([str(code.file), code.function, self._options])
        self._given = given

    def shaping(self, asked: Asked) -> list[object]:
        """Whatever the method is given, and its own text."""
        return [self._code.file.read_text("utf-8"), asked.values, asked.config]

    async def call(self, asked: Asked) -> Response:
        """What the method returned."""
        scripts = self._given.scripts
        if await scripts.is_class(self._code):
            found = await scripts.method(self._code, self._key, self._options, "callApi", asked.text, asked.context())
        else:
            found = await scripts.call(self._code, asked.text, asked.context())
        return response_of(found, self._code.file.name)


def response_of(found: Any, name: str) -> Response:
    """What code returned, as a response.

    Raises:
        GraderFailed: It returned neither an output nor an error.
    """
    if isinstance(found, str):
        return Response(output=found)
    if not isinstance(found, dict) or not (found.get("error") or "output" in found):
        shown = "nothing" if found is None or found is NOTHING else json_text(found)[:100]
        raise failed(f"{name} returned {shown}, without 'output' or 'error'", "promptfoo.provider")
    known = {name: value for name, value in found.items() if name in Response.__struct_fields__ and value is not None}
    if "error" in known and not isinstance(known["error"], str):
        known["error"] = json_text(known["error"])
    try:
        return msgspec.convert(known, Response)
    except msgspec.ValidationError as error:
        raise failed(f"{name} returned a response of another shape: {error}", "promptfoo.provider") from None
