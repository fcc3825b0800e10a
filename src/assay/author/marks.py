"""Marks that no text holds: how rendered values are told from the template's own text.

Unicode sets aside U+FDD0 to U+FDEF as characters that no text interchanges. Two that occur in neither
template nor values are taken; with 32 to choose from, a value would have to hold 31 of them to win.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.core.errors import BadInput

_CANDIDATES = re.compile("[\ufdd0-\ufdef]")
_FIRST, _LAST = 0xFDD0, 0xFDEF


@dataclass(frozen=True, slots=True)
class Marks:
    """A pair of characters: ``outer index inner value outer inner``."""

    outer: str
    inner: str

    def around(self, index: int) -> tuple[str, str]:
        """What stands before and after the value with that index."""
        return f"{self.outer}{index}{self.inner}", f"{self.outer}{self.inner}"

    def split(self, text: str) -> Iterator[tuple[str, int | None, str]]:
        """(literal text, index of the value after it or None, the value), in order."""
        literal, *rest = text.split(self.outer)
        for i in range(0, len(rest), 2):
            index, _, value = rest[i].partition(self.inner)
            yield literal, int(index), value
            literal = rest[i + 1][1:]
        if literal:
            yield literal, None, ""

    def occur_in(self, values: object) -> bool:
        """Whether a string anywhere in the values holds either character."""
        outer, inner = self.outer, self.inner
        todo = [values]
        while todo:
            item = todo.pop()
            if isinstance(item, str):
                if outer in item or inner in item:
                    return True
            elif isinstance(item, dict):
                todo += item
                todo += item.values()
            elif isinstance(item, (list, tuple)):
                todo += item
        return False


def choose_marks(*texts: object) -> Marks:
    """A pair that occurs in none of the texts (strings, or lists and mappings of them)."""
    taken = _occurring(texts)
    free = [chr(c) for c in range(_FIRST, _LAST + 1) if chr(c) not in taken]
    if len(free) < 2:
        raise BadInput(
            "the values hold nearly all of the characters U+FDD0 to U+FDEF, which no text should",
            hint="remove these characters",
            code="template.noncharacters",
        )
    return Marks(free[0], free[1])


def _occurring(value: object) -> set[str]:
    found: set[str] = set()
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            if not item.isascii():
                found.update(_CANDIDATES.findall(item))
        elif isinstance(item, dict):
            todo += item
            todo += item.values()
        elif isinstance(item, (list, tuple)):
            todo += item
    return found
