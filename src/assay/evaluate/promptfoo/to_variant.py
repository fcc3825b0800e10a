"""Prompts and providers of a configuration as prompt files and variants of a native suite."""

import re
from collections.abc import Mapping
from typing import Any

from assay.author.exchange.draft import Draft, is_plain_name
from assay.author.types import MISSING, Input
from assay.core.errors import AssayError
from assay.evaluate.promptfoo.leaving import Leaving
from assay.evaluate.promptfoo.providers.chat_prompt import messages_of
from assay.evaluate.promptfoo.providers.model import is_reasoning
from assay.evaluate.promptfoo.to_model import CARRIED, asked_of
from assay.evaluate.promptfoo.types import Column, Json, Prompt, ProviderSpec

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_WORD = re.compile(r"(?<![\w.'\"])[A-Za-z_]\w*")
_FIRST = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)\s*-?\}\}")
_PARAMETERS = ("temperature", "top_p", "max_tokens", "seed", "stop", "frequency_penalty", "presence_penalty")
_KINDS = {"bool": "boolean", "int": "integer", "float": "number", "list": "array", "dict": "object"}


def slug(text: str) -> str:
    """A name of lower-case words out of any text."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[:40].strip("-") or "it"


class InputKinds:
    """What kinds of values the variables have over all tests, and which tests lack them."""

    def __init__(self) -> None:
        self._kinds: dict[str, set[str]] = {}
        self._seen: dict[str, int] = {}
        self._cases = 0

    def add(self, values: Json) -> None:
        """Take in the variables of one case."""
        self._cases += 1
        for name, value in values.items():
            kind = type(value).__name__
            self._kinds.setdefault(name, set()).add(_KINDS.get(kind, "string" if kind == "str" else "any"))
            self._seen[name] = self._seen.get(name, 0) + 1

    def names(self) -> list[str]:
        """The variables, in the order of their first appearance."""
        return list(self._kinds)

    def entry(self, name: str) -> Input:
        """The input of that name."""
        kinds = self._kinds.get(name, {"string"})
        kind = next(iter(kinds)) if len(kinds) == 1 else "any"
        everywhere = self._cases > 0 and self._seen.get(name, 0) == self._cases
        schema: Json = {} if kind == "any" else {"type": kind}
        default: Any = MISSING if everywhere or kind not in {"string", "any"} else ""
        return Input(name=name, schema=schema, required=everywhere, default=default)


class VariantWriter:
    """Turns columns into variants, and their prompts into files.

    Args:
        suite: The suite's name, which the prompts' names begin with.
        leaving: Takes what cannot be carried over.
        env: The configuration's environment, which addresses and keys may come from.
    """

    def __init__(self, suite: str, leaving: Leaving, env: Mapping[str, str]) -> None:
        self._suite = suite
        self._env = env
        self._leaving = leaving
        self._files: dict[int, str | None] = {}
        self._models: dict[int, Json | None] = {}
        self.written: dict[str, str] = {}
        self.notes: list[str] = []

    def variants(self, columns: list[Column], kinds: InputKinds, place: Any) -> list[Json]:
        """The variants of these columns; those whose prompt or provider has no native form are left behind."""
        found: list[Json] = []
        bare: dict[str, Json] = {}
        for column in columns:
            file = self._file(column.prompt, kinds, place)
            if file is None:
                continue
            path = f"../{file}"
            model = self._known_model(column.provider)
            name = slug(f"{column.provider.label or column.provider.id} {column.prompt.label}")
            if model is None:
                bare.setdefault(path, {"name": slug(column.prompt.label), "prompt": path})
            else:
                found.append({"name": name, "prompt": path, **model})
        return _named(found or list(bare.values()))

    def _known_model(self, provider: ProviderSpec) -> Json | None:
        key = id(provider)
        if key not in self._models:
            self._models[key] = self._model(provider)
        return self._models[key]

    def _model(self, provider: ProviderSpec) -> Json | None:
        what = f"the provider {provider.name!r}"
        asked = asked_of(provider, self._env)
        if asked is None:
            self._leaving.drop(provider.where, what, "a variant asks a model; set its 'model' to PROVIDER/MODEL")
            return None
        parameters: Json = (
            {} if is_reasoning(asked["model"].partition("/")[2]) else {"temperature": 0, "max_tokens": 1024}
        )
        for key, value in provider.config.items():
            if key in _PARAMETERS and value is not None:
                parameters[key] = [value] if key == "stop" and isinstance(value, str) else value
            elif key == "max_completion_tokens":
                parameters["max_tokens"] = value
            elif key not in CARRIED:
                self._leaving.drop(provider.where, f"{key!r} of {what}", "a variant has no such setting")
        if provider.transform:
            self._leaving.drop(provider.where, f"'transform' of {what}", "replies are graded as they are")
        parameters = {key: value for key, value in parameters.items() if value is not None}
        return {**asked, **({"parameters": parameters} if parameters else {})}

    def _file(self, prompt: Prompt, kinds: InputKinds, place: Any) -> str | None:
        key = id(prompt)
        if key not in self._files:
            self._files[key] = self._write(prompt, kinds, place)
        return self._files[key]

    def _write(self, prompt: Prompt, kinds: InputKinds, place: Any) -> str | None:
        what = f"the prompt {' '.join(prompt.label.split())[:60]!r}"
        if prompt.code is not None or prompt.script:
            self._leaving.drop(place, what, "code makes it")
            return None
        if prompt.config:
            self._leaving.drop(place, f"'config' of {what}", "set 'model.parameters' in the prompt file")
        draft = Draft("promptfoo", "promptfooconfig.yaml")
        draft.name = f"{self._suite}.{self._free(slug(prompt.label))}"
        try:
            for name in _names(prompt.raw, kinds.names()):
                draft.add_input(kinds.entry(name), None)
            for message in messages_of(prompt.raw):
                draft.add_message(message.role, message.content or "")
            done = draft.imported()
        except AssayError as error:
            self._leaving.drop(place, what, error.what)
            return None
        self.written |= {f"prompts/{path}": text for path, text in done.files.items()}
        self.notes.extend(done.notes)
        return f"prompts/{done.file}"

    def _free(self, wanted: str) -> str:
        taken = {path.removeprefix(f"prompts/{self._suite}.").removesuffix(".prompt.md") for path in self.written}
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted}-{count}"
        return name


def _names(template: str, known: list[str]) -> list[str]:
    """The variables that a template uses: those that tests have, and those that stand alone in a tag."""
    words = {word for tag in _TAG.findall(template) for word in _WORD.findall(tag)}
    alone = [name for name in _FIRST.findall(template) if name not in known]
    return [name for name in dict.fromkeys([*(n for n in known if n in words), *alone]) if is_plain_name(name)]


def _named(variants: list[Json]) -> list[Json]:
    names: set[str] = set()
    found: list[Json] = []
    for variant in variants:
        name, count = variant["name"], 1
        while name in names:
            count += 1
            name = f"{variant['name']}-{count}"
        names.add(name)
        found.append({**variant, "name": name})
    return found
