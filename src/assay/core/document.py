"""Reading YAML 1.2 and JSON text into plain values that remember where they stood.

Works on text; opening the file is the caller's. The parser is libyaml (through PyYAML) with the tag
rules of YAML 1.2's core schema, so ``yes``, ``no``, ``on`` and dates are strings. JSON is YAML here.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

import yaml

from assay.core.errors import BadInput
from assay.core.location import Location, Path, format_path

MAX_DEPTH = 100
"""Levels of lists and mappings in each other."""

MAX_REPEATED = 100_000
"""Nodes that may come from aliases rather than from the text itself; a bomb of aliases stops here."""

MAX_DIGITS = 1_000
"""Characters that a whole number may have; larger ones take long to read and cannot be printed."""

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_TAGS: dict[str, type] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:null": type(None),
    "tag:yaml.org,2002:seq": list,
    "tag:yaml.org,2002:map": dict,
    "!": str,
}
# An escaped pair of surrogates, as JSON writes what lies beyond U+FFFF; any other escape is stepped over.
_ESCAPE = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)

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
        BadInput: Not YAML, a key that stands twice, a key that is not a string, a tag beyond the core
            schema's, more than ``MAX_DEPTH`` levels, or more than ``MAX_REPEATED`` nodes from aliases.
    """
    reader = _Reader(file, first_line)
    try:
        value = reader.read(_without_surrogates(text) if text.lstrip().startswith(("{", "[", '"')) else text)
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, file, first_line) from None
    except UnicodeEncodeError as error:
        raise _unacceptable(text, error.start, file, first_line) from None
    return Document(file, value, reader.marks, reader.keys)


def _without_surrogates(text: str) -> str:
    """JSON with each escaped pair of surrogates as one escape that YAML knows too: two characters shorter, each."""

    def join(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        return f"\\U{0x10000 + ((int(found[1], 16) - 0xD800) << 10) + int(found[2], 16) - 0xDC00:08x}"

    return _ESCAPE.sub(join, text) if "\\u" in text else text


def _syntax_error(error: yaml.YAMLError, text: str, file: str, first_line: int) -> BadInput:
    if isinstance(error, yaml.reader.ReaderError):
        return _unacceptable(text, text.find(chr(int(error.character))), file, first_line)
    problem = getattr(error, "problem", None) or "it cannot be parsed"
    context = getattr(error, "context", None)
    what = f"not valid YAML: {problem}" + (f" ({context})" if context else "")
    hint = "check the indentation, and put quotes around text that holds ': ' or starts with one of { [ * & ! % @ `"
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return BadInput(what, hint=hint, code="document.syntax", where=Location(file))
    lines = text.splitlines() or [""]
    index = min(mark.line, len(lines) - 1)  # what is missing at the end is missed on the line after it
    column = mark.column + 1 if index == mark.line else len(lines[index]) + 1
    if "\t" in lines[index]:
        hint = "indent with spaces; YAML does not take tabs"
    return BadInput(what, hint=hint, code="document.syntax", where=Location(file, index + first_line, column))


def _unacceptable(text: str, index: int, file: str, first_line: int) -> BadInput:
    before = text[: max(index, 0)]
    where = Location(file, before.count("\n") + first_line, len(before) - before.rfind("\n"))
    what = f"the character U+{ord(text[index]):04X} may not stand in YAML"
    hint = "remove it, or write it as an escape in double quotes"
    return BadInput(what, hint=hint, code="document.syntax", where=where)


class _Reader:
    """Turns the parser's events into values, noting where each stood.

    It works on events, not on the library's trees: those are built by a recursion in C that a text of
    brackets alone can crash, and cost most of the time.
    """

    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.marks: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self._anchors: dict[str, tuple[Path, object]] = {}
        self._open: set[str] = set()
        self._repeated = 0

    def read(self, text: str) -> object:
        self._loader = _Loader(text)
        try:
            self._next()  # the start of the stream
            if isinstance(self._next(), yaml.StreamEndEvent):
                return None
            value = self._node(self._next(), ())
            self._next()  # the end of the document
            if isinstance(another := self._next(), yaml.DocumentStartEvent):
                self._fail("a second document starts here", "keep one document a file", "second", another, ())
            return value
        finally:
            self._loader.dispose()

    def _next(self) -> yaml.Event:
        event: yaml.Event = self._loader.get_event()
        return event

    def _node(self, event: yaml.Event, path: Path) -> object:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        self.marks[path] = self._mark(event)
        if event.anchor is None:
            return self._content(event, path)
        self._open.add(event.anchor)
        value = self._content(event, path)
        self._open.discard(event.anchor)
        self._anchors[event.anchor] = (path, value)
        return value

    def _content(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, path: Path) -> object:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if len(path) >= MAX_DEPTH:
            self._fail(f"nested more than {MAX_DEPTH} levels deep", "flatten it", "too_deep", event, ())
        kind = list if isinstance(event, yaml.SequenceStartEvent) else dict
        if event.tag not in {None, "!"} and _TAGS.get(event.tag) is not kind:
            self._fail_tag(event, path)
        return self._list(path) if kind is list else self._mapping(path)

    def _list(self, path: Path) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, object]:
        entries: dict[str, object] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._fail("a key is not plain text", "use a string as the key", "key_not_text", event, path)
            key = event.value
            place = (*path, key)
            if key in entries:
                what = f"the key {key!r} stands twice (first on line {self.keys[place][0]})"
                self._fail(what, "keep one of them", "duplicate_key", event, place)
            self.keys[place] = self._mark(event)
            entries[key] = self._node(self._next(), place)
        return entries

    def _alias(self, event: yaml.AliasEvent, path: Path) -> object:
        if event.anchor in self._open:
            what = f"the alias *{event.anchor} stands inside what it refers to"
            self._fail(what, "write the value out", "alias_cycle", event, path)
        if event.anchor not in self._anchors:
            what = f"the alias *{event.anchor} refers to nothing above it"
            hint = f"mark a value above with &{event.anchor}, or put quotes around the text"
            self._fail(what, hint, "alias", event, path)
        source, value = self._anchors[event.anchor]
        return self._repeat(value, source, path, event)

    def _repeat(self, value: object, source: Path, path: Path, event: yaml.AliasEvent) -> object:
        """A copy of an anchored value, its places noted under its new path."""
        self._repeated += 1
        if self._repeated > MAX_REPEATED:
            what = f"aliases repeat more than {MAX_REPEATED:,} nodes"
            self._fail(what, "use fewer aliases", "too_large", event, ())
        if len(path) > MAX_DEPTH:
            self._fail(f"nested more than {MAX_DEPTH} levels deep", "flatten it", "too_deep", event, ())
        self.marks[path] = self.marks[source]
        if isinstance(value, list):
            return [self._repeat(item, (*source, i), (*path, i), event) for i, item in enumerate(value)]
        if isinstance(value, dict):
            for key in value:
                self.keys[*path, key] = self.keys[*source, key]
            return {key: self._repeat(item, (*source, key), (*path, key), event) for key, item in value.items()}
        return value

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> object:
        if event.tag is None and not event.style:
            return self._plain(event, path)
        kind = _TAGS.get(event.tag) if event.tag else str
        if kind is str:
            return event.value
        value = self._plain(event, path)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if kind is None or type(value) is not kind:
            self._fail_tag(event, path)
        return value

    def _plain(self, event: yaml.ScalarEvent, path: Path) -> object:
        try:
            return _plain(event.value)
        except ValueError:
            self._fail("a number has too many digits", "put quotes around it", "number", event, path)

    def _mark(self, event: yaml.Event) -> tuple[int, int]:
        mark = event.start_mark
        assert mark is not None
        return mark.line + self.first_line, mark.column + 1

    def _fail_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, path: Path) -> NoReturn:
        tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        self._fail(f"the tag {tag!r} does not fit here", "remove the tag", "tag", event, path)

    def _fail(self, what: str, hint: str, code: str, event: yaml.Event, path: Path) -> NoReturn:
        where = Location(self.file, *self._mark(event), format_path(path) or None)
        raise BadInput(what, hint=hint, code=f"document.{code}", where=where)


def _plain(text: str) -> object:
    """The value of a plain scalar by YAML 1.2's core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise ValueError(text)
        return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if found := _INFINITE.fullmatch(text):
        return float(f"{found[1]}inf")
    return text
