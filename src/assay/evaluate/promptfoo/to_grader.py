"""An assertion as an entry of a native suite's ``graders``, with what it compares with kept apart.

The graders are the same ones, so an entry means what the assertion did. What only promptfoo's own scoring knows,
such as weights of 0 and thresholds of a whole test, is left behind.
"""

import inspect
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.core.errors import AssayError
from assay.core.location import Location
from assay.evaluate.grader import graders
from assay.evaluate.promptfoo.assertion import typed_value
from assay.evaluate.promptfoo.known import CODE_TYPES, base_type
from assay.evaluate.promptfoo.leaving import Leaving
from assay.evaluate.promptfoo.paths import Files, is_code, read_file, split_function
from assay.evaluate.promptfoo.script_text import parse_json
from assay.evaluate.promptfoo.scripting import Scripts, has_tags
from assay.evaluate.promptfoo.to_model import JudgeWriter
from assay.evaluate.promptfoo.to_variant import slug
from assay.evaluate.promptfoo.types import Json
from assay.evaluate.promptfoo.yaml_file import parse_yaml, shown

_COMPARED = "it compares the replies of one test with each other, or holds several assertions with a rule of its own"
_DIFFERS = frozenset({"skill-used"})

Placed = tuple[Json, Location]
"""An assertion, and where it stands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A grader without what differs from case to case.

    Attributes:
        settings: The entry as it stands in the suite, but for ``value`` and ``target``.
        value: What is compared with; None when the grader takes nothing.
        by_case: Whether the value may come from the case.
    """

    settings: Json
    value: Any
    by_case: bool


class GraderWriter:
    """Turns assertions into entries.

    Args:
        scripts: Renders templates in values.
        files: The files around the configuration.
        judges: Turns providers that judge into entries.
        leaving: Takes what cannot be carried over.
        folder: The folder of the suites, which paths in them are relative to.
        root: The folder of the project that they will be in.
    """

    def __init__(
        self, scripts: Scripts, files: Files, judges: JudgeWriter, leaving: Leaving, *, folder: Path, root: Path
    ) -> None:
        self._scripts = scripts
        self._files = files
        self._judges = judges
        self._leaving = leaving
        self._folder = folder
        self._root = root

    async def entries(self, asserts: list[Placed], values: Json, options: Json) -> list[Entry]:
        """The entries of a test's assertions, in order, each with a name of its own."""
        found: list[Entry] = []
        names: set[str] = set()
        for assertion, where in self._flat(asserts):
            entry = await self._entry(assertion, values, options, where)
            if entry is not None:
                name = base = str(entry.settings["name"])
                count = 1
                while name in names:
                    count += 1
                    name = f"{base}-{count}"
                names.add(name)
                found.append(Entry({**entry.settings, "name": name}, entry.value, entry.by_case))
        return found

    def _flat(self, asserts: list[Placed]) -> Iterator[Placed]:
        for assertion, where in asserts:
            kind = assertion["type"]
            plain = assertion.get("threshold") is None and not assertion.get("metric")
            if kind == "assert-set" and plain:
                yield from self._flat([(inner, where) for inner in assertion.get("assert") or []])
            elif kind in {"assert-set", "select-best", "max-score"}:
                self._leaving.drop(where, f"the assertion {kind!r}", _COMPARED)
            else:
                yield assertion, where

    async def _entry(self, assertion: Json, values: Json, options: Json, where: Location) -> Entry | None:
        kind = assertion["type"]
        base = base_type(kind)
        what = f"the assertion {kind!r}"
        try:
            _check(assertion, base)
            value = await self._value(base, assertion.get("value"), values)
        except (AssayError, ValueError, OSError) as error:
            self._leaving.drop(where, what, error.what if isinstance(error, AssayError) else str(error))
            return None
        settings: Json = {"grader": base.replace(":", "-"), "name": slug(str(assertion.get("metric") or kind))}
        taken = inspect.signature(graders.get(settings["grader"])).parameters
        if kind != base:
            settings["negate"] = True
        if isinstance(weight := assertion.get("weight"), int | float) and weight != 1:
            settings["weight"] = weight
        offered = {
            "threshold": assertion.get("threshold"),
            "rubric_prompt": assertion.get("rubricPrompt", options.get("rubricPrompt")),
            "config": assertion.get("config"),
            "dialect": "javascript" if base == "regex" else None,
        }
        if "judge" in taken:
            offered["judge"] = self._judges.judge(assertion.get("provider"), where, f"'provider' of {what}")
        elif assertion.get("provider") is not None:
            self._leaving.drop(where, f"'provider' of {what}", "a grader of this kind asks no judge")
        for name, setting in offered.items():
            if setting is not None and name in taken:
                settings[name] = setting
        found = typed_value(base, value) if value is not None and "value" in taken else None
        return Entry(settings, found, "target" in taken)

    async def _value(self, base: str, value: Any, values: Json) -> Any:
        if base in CODE_TYPES:
            return self._code(value)
        if isinstance(value, list):
            return [await self._item(item, values) for item in value]
        return await self._item(value, values)

    def _code(self, value: Any) -> str:
        text = str(value)
        if has_tags(text):
            raise ValueError("its code is a template that each test fills in")
        if not text.startswith("file://"):
            return text
        path, function = split_function(text.removeprefix("file://"))
        target = self._files.locate(path)
        if not target.is_relative_to(self._root):
            raise ValueError(
                f"{path} lies outside the folder of the new project, {self._root}; move it there, or add an "
                "'assay.yaml' to a folder that holds both"
            )
        name = os.path.relpath(target, self._folder).replace(os.sep, "/")
        return f"file://{name}" + (f":{function}" if function else "")

    async def _item(self, value: Any, values: Json) -> Any:
        if not isinstance(value, str):
            return value
        if value.startswith("file://"):
            path, _ = split_function(value.removeprefix("file://"))
            if is_code(path):
                raise ValueError("code makes the value that it compares with")
            target = self._files.locate(path)
            text = read_file(target)
            if target.suffix == ".json":
                return parse_json(text)
            return parse_yaml(text, file=shown(target)) if target.suffix in {".yaml", ".yml"} else text.strip()
        return await self._scripts.render(value, values) if has_tags(value) else value


def _check(assertion: Json, base: str) -> None:
    """Raise a sentence for what an entry cannot say."""
    if base in _DIFFERS:
        raise ValueError("the native grader of that name takes other settings")
    if assertion.get("weight") == 0:
        raise ValueError("its weight is 0; here a grader that fails, fails the sample")
    for key in ("transform", "contextTransform"):
        if assertion.get(key):
            raise ValueError(f"its {key!r} changes the output before it is graded")
