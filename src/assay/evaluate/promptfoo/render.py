"""From a prompt and a test's variables to the text that is sent, in promptfoo's order.

Files in variables are read and run; the prompt's own code makes it; variables that name others are resolved; a
prompt that is JSON has its texts rendered one by one and keeps its shape, any other is rendered as a whole.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.core.errors import AssayError
from assay.evaluate.promptfoo.media import is_media, media_text
from assay.evaluate.promptfoo.paths import Files, is_code, is_javascript, read_file
from assay.evaluate.promptfoo.program import run_program
from assay.evaluate.promptfoo.script_text import as_text, json_text, parse_json
from assay.evaluate.promptfoo.scripting import Scripts, failed, has_tags, render_deep
from assay.evaluate.promptfoo.types import CodeRef, Json, Prompt
from assay.evaluate.promptfoo.yaml_file import parse_yaml, shown

_FILE = "file://"
_NAME = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_REFERENCE = re.compile(r"\{\{\s*([^{}\s|]+)\s*(?:\|[^}]+)?\}\}|\{%\s*(?:if|for)\s+([^{}\s]+)\s*.*?%\}")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_LOOP = re.compile(r"\{%\s*for\s+(\w+)\s+in\s+(\w+)\s*%\}")
_ROOT = re.compile(r"[A-Za-z_]\w*")
_OPEN_TAG = re.compile(r"\{%[^%]*$|\{\{[^}]*$|\{#[^#]*$", re.MULTILINE)
_RAW = re.compile(r"\{%\s*raw\s*%\}")
_ENDRAW = re.compile(r"\{%\s*endraw\s*%\}")
_PASSES = 5


class Renderer:
    """Renders prompts.

    Args:
        scripts: Runs templates and code.
        files: The files around the configuration.
        env: For promptfoo's switches.
    """

    def __init__(self, scripts: Scripts, files: Files, env: Mapping[str, str]) -> None:
        self._scripts = scripts
        self._files = files
        self._json_kept = env.get("PROMPTFOO_DISABLE_JSON_AUTOESCAPE", "").lower() not in {"1", "true", "yes"}

    async def render(self, prompt: Prompt, values: Json, provider: Json) -> tuple[str, Json]:
        """The text to send, and the prompt's configuration with what its code added.

        Args:
            prompt: The prompt, its affixes included.
            values: The variables; files and names in them are resolved here, in place.
            provider: The provider's ``id`` and ``label``, for code.

        Raises:
            GraderFailed: A template or code failed, or a file cannot be read.
        """
        try:
            nested = await self._load_files(prompt, values, provider)
            text, config = await self._made(prompt, values, provider)
            for name, value in values.items():
                if isinstance(value, str):
                    values[name] = value.removesuffix("\n")
            resolve_names(values)
            await self._render_nested(nested, values)
            return await self._rendered(text, values), config
        except AssayError:
            raise
        except (OSError, ValueError) as error:
            raise failed(f"the prompt cannot be rendered: {error}", "promptfoo.render") from None

    async def _load_files(self, prompt: Prompt, values: Json, provider: Json) -> list[tuple[Any, Any]]:
        """Put the contents of files in the place of their names; returns where nested texts stand."""
        nested: list[tuple[Any, Any]] = []
        for name, value in list(values.items()):
            if name == "_conversation":
                continue
            if isinstance(value, str) and value.startswith(_FILE):
                values[name] = await self._loaded(name, value, prompt, values, provider)
            elif isinstance(value, list | dict):
                values[name] = copied = json.loads(json.dumps(value, default=str))
                self._load_nested(copied, nested)
        return nested

    async def _loaded(self, name: str, value: str, prompt: Prompt, values: Json, provider: Json) -> Any:
        path = self._files.locate(value)
        if is_javascript(path):
            found = await self._scripts.call(CodeRef(path, None), name, prompt.raw, values, provider)
            return _output_of(found, path.name)
        if path.suffix == ".py":
            found = await self._scripts.call(CodeRef(path, "get_var"), name, prompt.raw, values)
            output = _output_of(found, path.name)
            if not isinstance(output, str):
                raise failed(f"{path.name} returned an output that is not text", "promptfoo.var")
            return output.strip()
        if path.suffix == ".pdf":
            raise failed(f"{path.name}: text is not taken out of PDF files", "promptfoo.unsupported")
        if is_media(path):
            return media_text(path)
        return _text_of(path)

    def _load_nested(self, value: Any, nested: list[tuple[Any, Any]]) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in list(items):
            if isinstance(item, list | dict):
                self._load_nested(item, nested)
            elif isinstance(item, str) and item.startswith(_FILE):
                path = self._files.locate(item)
                if not (is_code(path.name) or path.suffix == ".pdf" or is_media(path)):
                    value[key] = _text_of(path)
                    nested.append((value, key))
            elif isinstance(item, str) and "{{" in item:
                nested.append((value, key))

    async def _render_nested(self, nested: list[tuple[Any, Any]], values: Json) -> None:
        for holder, key in nested:
            if isinstance(text := holder[key], str) and has_tags(text) and not names_undefined(text, values):
                try:
                    holder[key] = await self._scripts.render(closed(text), values)
                except AssayError:
                    continue  # what is no template stays text

    async def _made(self, prompt: Prompt, values: Json, provider: Json) -> tuple[str, Json]:
        """The template: the prompt's own, or what its code returns."""
        if prompt.code is None:
            return prompt.raw, prompt.config
        context: Json = {"vars": values, "provider": provider, "config": prompt.config}
        if prompt.script:
            file, told = prompt.code.file, json_text(context)
            if prompt.code.python:
                return await self._scripts.program(file, told), prompt.config
            return await run_program(file, told, folder=self._files.folder), prompt.config
        found = await self._scripts.call(prompt.code, context)
        if isinstance(found, dict) and "prompt" in found:
            text, config = found["prompt"], {**prompt.config, **(found.get("config") or {})}
            return (text if isinstance(text, str) else json_text(text)), config
        if isinstance(found, str):
            return found, prompt.config
        if isinstance(found, dict | list):
            return json_text(found), prompt.config
        raise failed(f"{prompt.label} returned neither text nor messages", "promptfoo.prompt")

    async def _rendered(self, text: str, values: Json) -> str:
        if self._json_kept:
            try:
                parsed = parse_json(text)
            except ValueError:
                pass
            else:
                return json_text(await self._deep(parsed, values), indent=True)
            filled = {name: await self._value(value, values) for name, value in values.items()}
        else:
            filled = values
        return await self._scripts.render(closed(text), filled) if has_tags(text) else text

    async def _deep(self, parsed: Any, values: Json) -> Any:
        return await render_deep(self._scripts, parsed, values)

    async def _value(self, value: Any, values: Json) -> Any:
        if not isinstance(value, str) or not has_tags(value) or names_undefined(value, values):
            return value
        return await self._scripts.render(closed(value), values)


def resolve_names(values: Json) -> None:
    """Put the value of one variable into another that names it, a few times over."""
    for _ in range(_PASSES):
        changed = False
        for name, value in values.items():
            if isinstance(value, str) and (found := _NAME.search(value)) and found[1] in values:
                values[name] = value.replace(found[0], as_text(values[found[1]]), 1)
                changed = True
        if not changed:
            return


def names_undefined(template: str, values: Json) -> bool:
    """Whether the template names a variable that is not there; then it is left as it is."""
    template = _COMMENT.sub("", template)
    names = {found[1] or found[2] for found in _REFERENCE.finditer(template)}
    for found in _LOOP.finditer(template):
        names.discard(found[1])
        names.add(found[2])
    roots = (_ROOT.match(name) for name in names)
    return any(root is not None and root[0] != "env" and root[0] not in values for root in roots)


def closed(template: str) -> str:
    """The template; one with a tag that is not closed is marked as text."""
    if _OPEN_TAG.search(template) and not (_RAW.search(template) and _ENDRAW.search(template)):
        return "{% raw %}" + template + "{% endraw %}"
    return template


def _output_of(found: Any, name: str) -> Any:
    error = found.get("error") if isinstance(found, dict) else None
    if error:
        raise failed(f"{name}: {error}", "promptfoo.var")
    output = found.get("output") if isinstance(found, dict) else None
    if not output:
        raise failed(f"{name} returned no output", "promptfoo.var")
    return output


def _text_of(path: Path) -> str:
    text = read_file(path)
    if path.suffix in {".yaml", ".yml"}:
        return json_text(parse_yaml(text, file=shown(path)))
    return text.strip()
