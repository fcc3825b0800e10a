"""The files that a script may see: those of its project, read only.

Answers what the prelude needs, as JSON data: ``{"error": …, "code": …}`` where it refuses. Paths in questions are
absolute or relative to the configuration's folder.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from assay.author.source import WorkingTree
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.script.esmodule import as_function

FIRST_LINE = 10_000
"""Lines below are those of code in a configuration; each file has a range of its own from here on."""

Answer = dict[str, object]

_NAMED = re.compile(r"""(?:\brequire|__load|__import)\(\s*(["'])(\.\.?/[^"'\n]+)\1""")

_SUFFIXES = (".js", ".cjs", ".mjs", ".json", "/index.js", "/index.cjs", "/index.mjs")
_TYPED = (".ts", ".mts", ".cts", ".tsx", ".jsx")


class ScriptFiles:
    """Reads for one engine, and knows which of its lines came from which file."""

    def __init__(self, source: WorkingTree, folder: str) -> None:
        self._source = source
        self._here = str(source.root / folder) if folder else str(source.root)
        self._starts: list[int] = []
        self._names: list[str] = []
        self._next = FIRST_LINE
        self._modules_read: dict[str, Answer] = {}

    def answers(self, question: Sequence[str]) -> list[tuple[Sequence[str], Answer]]:
        """The answer to a question, and those to the questions that will follow from it."""
        kind, *words = question
        if kind == "load":
            return self._modules(words[0], words[1], {})
        return [(question, self._read(words[0]) if kind == "read" else self._exists(words[0]))]

    def _modules(self, directory: str, name: str, seen: dict[str, Answer]) -> list[tuple[Sequence[str], Answer]]:
        """A module by the name that code gave it, and those that it names itself."""
        try:
            path = self._resolve(directory, name)
            known = seen.get(path)
            answer = known or self._module(path)
        except BadInput as error:
            return [(("load", directory, name), _refused(error))]
        found: list[tuple[Sequence[str], Answer]] = [(("load", directory, name), answer)]
        if known is None:
            seen[path] = answer
            for match in _NAMED.finditer(str(answer.get("text", ""))):
                found += self._modules(os.path.dirname(str(answer["path"])), match[2], seen)  # noqa: PTH120 - text
        return found

    def _module(self, path: str) -> Answer:
        """A file as a module: ``{"path", "kind", "text"}``."""
        absolute = str(self._source.root / path)
        if absolute in self._modules_read:
            return self._modules_read[absolute]
        if path.endswith(_TYPED):
            raise BadInput(
                f"{path} is TypeScript, which is not run: compile it to JavaScript", code="script.typescript"
            )
        text = self._source.read(path)
        answer: Answer = {"path": absolute, "kind": "json", "text": text}
        if not path.endswith(".json"):
            try:
                module = as_function(text, esm={".mjs": True, ".cjs": False}.get(Path(path).suffix))
            except (IndexError, StopIteration):
                raise BadInput(f"{path} has an import or export that cannot be read", code="script.syntax") from None
            start = self._reserve(path, text.count("\n") + 3)
            answer = {"path": absolute, "kind": module.kind, "text": "\n" * (start - 1) + module.text}
        self._modules_read[absolute] = answer
        return answer

    def _read(self, path: str) -> Answer:
        """A file's text: ``{"text"}``."""
        try:
            return {"text": self._source.read(self._relative(path))}
        except BadInput as error:
            return _refused(error)

    def _exists(self, path: str) -> Answer:
        """Whether there is such a file: ``{"there"}``."""
        try:
            return {"there": self._source.locate(self._relative(path)).exists()}
        except (BadInput, OSError):
            return {"there": False}

    def place(self, line: int) -> Location | None:
        """The file and line that a line of the engine is, or None for code in a configuration."""
        i = bisect_right(self._starts, line) - 1
        if i < 0:
            return None
        return Location(self._source.name(self._names[i]), line - self._starts[i] + 1)

    def _reserve(self, path: str, lines: int) -> int:
        start = self._next
        self._starts.append(start)
        self._names.append(path)
        self._next += lines
        return start

    def _resolve(self, directory: str, name: str) -> str:
        """The path in the project of the file that a name means."""
        path = self._relative(name if name.startswith("/") else f"{directory}/{name}")
        if self._source.locate(path).is_file():
            return path
        for suffix in _SUFFIXES:
            if self._source.has(path + suffix):
                return path + suffix
        if name.startswith((".", "/")) or Path(path).suffix:
            return path  # reading it says what is wrong
        raise BadInput(_no_package(name), code="script.module")

    def _relative(self, path: str) -> str:
        """The path relative to the project's folder."""
        whole = os.path.normpath(path if path.startswith("/") else f"{self._here}/{path}")
        if whole != str(self._source.root) and not whole.startswith(f"{self._source.root}/"):
            raise BadInput(f"{path} lies outside the project's folder", code="script.outside")
        return os.path.relpath(whole, self._source.root)


def _no_package(name: str) -> str:
    return (
        f"{name!r} cannot be required: there are files of the project (by ./ or ../) and fs, path, crypto, util, url, "
        "assert and buffer in part, but no packages"
    )


def _refused(error: BadInput) -> Answer:
    return {"error": error.what, "code": "script.outside" if error.code == "source.outside" else error.code}
