"""Reading a prompt's words for rules: the text with its places, and what its sentences ask for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.author.fixed_text import fixed_text, pieces
from assay.author.types import Prompt
from assay.core.location import Location, Path

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s)[^.!?\n]*)*[.!?]?")
_NOT_ASKED = frozenset({"assistant", "tool"})


@dataclass(frozen=True, slots=True)
class Written:
    """A run of text that a person wrote, and the place where it starts."""

    text: str
    where: Location

    def at(self, offset: int) -> Location:
        """The line of the character at an offset; the place of a value in the front matter is that of its start."""
        if self.where.path:
            return self.where
        return Location(self.where.file, (self.where.line or 1) + self.text.count("\n", 0, offset))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a line, of the instructions."""

    message: int
    text: str
    where: Location


def written(prompt: Prompt) -> Iterator[Written]:
    """All that was written into the file and its partials: literal text of messages, and texts of the front matter."""
    for piece in pieces(prompt):
        yield Written(piece.text, piece.where)
    value = prompt.document.value
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "messages":
                yield from _texts(prompt, item, (key,))


def _texts(prompt: Prompt, value: object, path: Path) -> Iterator[Written]:
    if isinstance(value, str):
        yield Written(value, prompt.document.at(*path))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(prompt, item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _texts(prompt, item, (*path, i))


def sentences(prompt: Prompt) -> Iterator[Sentence]:
    """The sentences of the instructions: every message but those of the assistant and of tools."""
    for piece in pieces(prompt):
        if piece.role not in _NOT_ASKED:
            text = Written(piece.text, piece.where)
            for found in _SENTENCE.finditer(piece.text):
                if found[0].strip():
                    start = found.start() + len(found[0]) - len(found[0].lstrip())
                    yield Sentence(piece.message, found[0].strip(), text.at(start))


def flat(text: str) -> str:
    """Lower case, with single spaces: for looking one text up in another."""
    return " ".join(text.casefold().split())


def flat_text(prompt: Prompt) -> str:
    """The prompt's fixed text, flat."""
    return flat(fixed_text(prompt))
