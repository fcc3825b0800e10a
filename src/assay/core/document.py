"""Reading YAML 1.2 and JSON text into plain values that remember where they stood.

Works on text; opening the file is the caller's. The parser is libyaml (through PyYAML) with the tag
rules of YAML 1.2's core schema, so ``yes``, ``no``, ``on`` and dates are strings. JSON is YAML here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from assay.core.errors import BadInput
from assay.core.location import Location, Path, format_path

MAX_NODES = 1_000_000
"""Nodes a document may have after its aliases are expanded; a bomb of aliases stops here."""

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_STRING_TAG = "tag:yaml.org,2002:str"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: plain values, and the place of every node by its path.

    Attributes:
        file: The name that messages give.
        value: Dictionaries with string keys, lists, strings, numbers, booleans, None.
        marks: Path of a node -> its 1-based (line, column).
        keys: Path of a mapping's entry -> the 1-based (line, column) of its key.
    """

    file: str
    value: object
    marks: dict[Path, tuple[int, int]]
    keys: dict[Path, tuple[int, int]]

    def at(self, *path: str | int) -> Location:
        """Where the node with that path stands; a path that does not exist falls back to its nearest parent."""
        known = path
        while known and known not in self.marks:
            known = known[:-1]
        line, column = self.marks.get(known, (1, 1))
        return Location(self.file, line, column, format_path(path) or None)

    def at_key(self, *path: str | int) -> Location:
        """Where the key of that entry stands, for what is wrong with the key itself."""
        line, column = self.keys.get(path) or self.marks.get(path) or (1, 1)
        return Location(self.file, line, column, format_path(path) or None)


def parse_document(text: str, *, file: str, first_line: int = 1) -> Document:
    """Parse one YAML 1.2 (or JSON) document.

    Args:
        text: The document's text.
        file: The name for messages.
        first_line: The line of ``file`` on which the text starts, for text cut out of a larger file.

    Raises:
        BadInput: Not YAML, a key that stands twice, a key that is not a string, or a document that
            grows beyond ``MAX_NODES`` nodes through its aliases.
    """
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, file, first_line) from None
    reader = _Reader(file, first_line)
    value = None if root is None else reader.read(root, ())
    return Document(file, value, reader.marks, reader.keys)


def _syntax_error(error: yaml.YAMLError, text: str, file: str, first_line: int) -> BadInput:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    context = getattr(error, "context", None)
    what = f"not valid YAML: {problem}" + (f" ({context})" if context else "")
    where = Location(file) if mark is None else Location(file, mark.line + first_line, mark.column + 1)
    hint = "check the indentation, and put quotes around text that holds ': ' or starts with one of { [ * & ! % @ `"
    if mark is not None and "\t" in _line(text, mark.line):
        hint = "indent with spaces; YAML does not take tabs"
    return BadInput(what, hint=hint, code="document.syntax", where=where)


def _line(text: str, index: int) -> str:
    lines = text.splitlines()
    return lines[index] if index < len(lines) else ""


class _Reader:
    """Turns nodes into values, noting where each stood."""

    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.marks: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self._open: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> object:
        mark = self._mark(node)
        self.marks[path] = mark
        if len(self.marks) > MAX_NODES:
            raise self._bad(f"the document has more than {MAX_NODES:,} nodes", "use fewer aliases", "too_large", node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            raise self._bad("an alias refers to a node that contains it", "write the value out", "alias_cycle", node)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
            return dict(self._entries(node, path))
        finally:
            self._open.discard(id(node))

    def _entries(self, node: yaml.Node, path: Path) -> Iterator[tuple[str, object]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._bad("a key is not plain text", "use a string as the key", "key_not_text", key_node)
            key = key_node.value
            line, column = self._mark(key_node)
            if key in seen:
                what = f"the key {key!r} stands twice (first on line {seen[key]})"
                raise self._bad(what, "keep one of them", "duplicate_key", key_node)
            seen[key] = line
            self.keys[*path, key] = (line, column)
            yield key, self.read(value_node, (*path, key))

    def _scalar(self, node: yaml.ScalarNode) -> object:
        if not node.style and not self._tagged_text(node):
            return _plain(node.value)
        return node.value

    @staticmethod
    def _tagged_text(node: yaml.ScalarNode) -> bool:
        # An explicit !!str keeps "12" a string. The parser resolves tags by YAML 1.1, so a plain scalar that it
        # calls a string may still be a number in 1.2 (0o17): only text that 1.1 reads otherwise tells a tag.
        resolved = _Loader.yaml_implicit_resolvers
        first = node.value[:1]
        implicit = any(pattern.match(node.value) for _, pattern in (*resolved.get(first, ()), *resolved.get(None, ())))
        return bool(node.tag == _STRING_TAG and implicit)

    def _mark(self, node: yaml.Node) -> tuple[int, int]:
        return node.start_mark.line + self.first_line, node.start_mark.column + 1

    def _bad(self, what: str, hint: str, code: str, node: yaml.Node) -> BadInput:
        line, column = self._mark(node)
        return BadInput(what, hint=hint, code=f"document.{code}", where=Location(self.file, line, column))


def _plain(text: str) -> object:
    """The value of a plain scalar by YAML 1.2's core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if found := _INFINITE.fullmatch(text):
        return float(f"{found[1]}inf")
    return text
