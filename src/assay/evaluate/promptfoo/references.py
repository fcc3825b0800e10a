"""JSON references (``$ref``) in a configuration: replaced by what they point to, beside them or in another file."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from assay.core.document import Document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.yaml_file import read_document

_REF = "$ref"
_MAX_DEPTH = 100
_SCHEMAS = ("tools", "functions")


def dereference(document: Document, folder: Path) -> tuple[Any, set[str]]:
    """The document's value without references, and the top-level keys that references used.

    A schema under a provider's tools keeps its references, as the provider resolves them itself.

    Raises:
        BadInput: A reference that points to nothing, or to itself.
    """
    reader = _Reader(document, folder)
    return reader.walk(document.value, (), 0), reader.used


class _Reader:
    def __init__(self, document: Document, folder: Path) -> None:
        self.used: set[str] = set()
        self._document = document
        self._folder = folder
        self._others: dict[Path, Any] = {}

    def walk(self, value: Any, path: tuple[str | int, ...], depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise self._wrong("a $ref leads back to itself", path)
        if isinstance(value, list):
            return [self.walk(item, (*path, i), depth) for i, item in enumerate(value)]
        if not isinstance(value, dict) or _holds_a_schema(path):
            return value
        if isinstance(reference := value.get(_REF), str):
            target = self.walk(self._find(reference, path), path, depth + 1)
            beside = {k: self.walk(v, (*path, k), depth) for k, v in value.items() if k != _REF}
            return {**target, **beside} if beside and isinstance(target, dict) else target
        return {key: self.walk(item, (*path, key), depth) for key, item in value.items()}

    def _find(self, reference: str, path: tuple[str | int, ...]) -> Any:
        file, _, pointer = reference.partition("#")
        value: Any = self._other(file, path) if file else self._document.value
        steps = [unquote(step).replace("~1", "/").replace("~0", "~") for step in pointer.split("/") if step]
        if not file and steps:
            self.used.add(steps[0])
        for step in steps:
            try:
                value = value[int(step)] if isinstance(value, list) else value[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise self._wrong(f"$ref {reference!r} points to nothing", path) from None
        return value

    def _other(self, file: str, path: tuple[str | int, ...]) -> Any:
        target = (self._folder / file.removeprefix("file://")).resolve()
        if not target.is_relative_to(self._folder):
            raise self._wrong(f"$ref {file!r} lies outside the configuration's folder", path)
        if target not in self._others:
            self._others[target] = read_document(target, self._document.at(*path)).value
        return self._others[target]

    def _wrong(self, what: str, path: tuple[str | int, ...]) -> BadInput:
        where: Location = self._document.at(*path)
        return BadInput(
            what, hint="mend the reference; '#/name' is a key of this file", code="promptfoo.ref", where=where
        )


def _holds_a_schema(path: tuple[str | int, ...]) -> bool:
    return bool(path) and path[-1] == "parameters" and any(step in _SCHEMAS for step in path)
