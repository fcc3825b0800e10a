"""Cutting a template into text, expressions, statements and comments, with the line of each.

It finds where things begin and end, as MiniJinja's own lexer does; what is inside is ``language.py``'s.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assay.core.errors import BadInput
from assay.core.location import Location

Kind = Literal["text", "expression", "statement", "comment", "raw"]

MAX_CHUNKS = 10_000

_OPENING = re.compile(r"\{\{|\{%|\{#")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_KINDS: dict[str, Kind] = {"{{": "expression", "{%": "statement", "{#": "comment"}
_END_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_SIGN = re.compile(r"['\"{}()\[\]%]")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a template.

    Attributes:
        source: The piece as it stands, delimiters included.
        body: What is between the delimiters and their ``-`` or ``+``, stripped; the text itself for text.
        line: The 1-based line of the file on which it starts.
    """

    kind: Kind
    source: str
    body: str
    line: int

    @property
    def word(self) -> str:
        """The first word of a statement, such as ``for``."""
        return self.body.split(None, 1)[0] if self.body else ""


def scan(template: str, where: Location) -> list[Chunk]:
    """The template's pieces in order; their sources joined are the template.

    Raises:
        BadInput: Something is opened and never closed, or there are too many pieces.
    """
    found: list[Chunk] = []
    for chunk in _chunks(template, where):
        if len(found) >= MAX_CHUNKS:
            raise BadInput(
                f"the template has more than {MAX_CHUNKS:,} expressions, statements and texts between them",
                hint="split it up, or loop over a list",
                code="template.too_large",
                where=Location(where.file, chunk.line),
            )
        found.append(chunk)
    return found


class _Lines:
    """The line of each offset, for offsets that do not go back."""

    def __init__(self, text: str, first: int) -> None:
        self._text = text
        self._line = first
        self._offset = 0

    def at(self, offset: int) -> int:
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return self._line


def _chunks(template: str, where: Location) -> Iterator[Chunk]:
    at = 0
    line = _Lines(template, where.line or 1).at
    while found := _OPENING.search(template, at):
        if found.start() > at:
            text = template[at : found.start()]
            yield Chunk("text", text, text, line(at))
        stop = _end(template, found, where.file, line(found.start()))
        source = template[found.start() : stop]
        chunk = Chunk(_KINDS[found[0]], source, _inside(source), line(found.start()))
        at = stop
        yield chunk
        if chunk.kind == "statement" and chunk.word == "raw":
            end = _END_RAW.search(template, at)
            if end is None:
                raise _unclosed("{% raw %}", "{% endraw %}", where.file, chunk.line)
            yield Chunk("raw", template[at : end.start()], template[at : end.start()], line(at))
            at = end.start()
    if at < len(template):
        yield Chunk("text", template[at:], template[at:], line(at))


def _inside(source: str) -> str:
    """What is between the delimiters, without the one sign that each may have."""
    begin = 3 if source[2:3] in ("-", "+") else 2
    signs = ("-", "+") if source.startswith("{%") else ("-",)
    end = len(source) - (3 if len(source) > begin + 2 and source[-3] in signs else 2)
    return source[begin:end].strip()


def _end(template: str, opening: re.Match[str], file: str, line: int) -> int:
    """The offset after the closing delimiter; strings and nested braces inside do not close anything."""
    close = _CLOSING[opening[0]]
    at = opening.end()
    if opening[0] == "{#":
        found = template.find(close, at)
        if found < 0:
            raise _unclosed(opening[0], close, file, line)
        return found + 2
    depth = 0
    while sign := _SIGN.search(template, at):
        at = sign.start()
        if depth == 0 and template.startswith(close, at):
            return at + 2
        if sign[0] in "'\"" and (string := _STRING.match(template, at)):
            at = string.end()
            continue
        depth += (sign[0] in "{[(") - (sign[0] in "}])" and depth > 0)
        at += 1
    raise _unclosed(opening[0], close, file, line)


def _unclosed(opening: str, close: str, file: str, line: int) -> BadInput:
    return BadInput(
        f"'{opening}' is opened and never closed",
        hint=f"close it with '{close}', or write {{% raw %}} … {{% endraw %}} around text that is not a template",
        code="template.unclosed",
        where=Location(file, line),
    )
