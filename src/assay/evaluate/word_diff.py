"""Which words differ between two texts, for showing them side by side.

For the eye, not for patches: whitespace stays as it is, and texts with little in common are not marked at all,
since then every word would be.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

MAX_WORDS = 800
"""Longer texts are not compared: the matcher's time grows with the square of the length."""

_ALIKE_FROM = 0.2
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


class Piece(NamedTuple):
    """A stretch of one text, and whether the other text lacks it."""

    text: str
    changed: bool


def word_diff(left: str, right: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; joined, they are the texts again."""
    lefts, rights = _TOKEN.findall(left), _TOKEN.findall(right)
    if max(len(lefts), len(rights)) > MAX_WORDS:
        return _whole(left), _whole(right)
    matcher = SequenceMatcher(None, lefts, rights, autojunk=False)
    if matcher.ratio() < _ALIKE_FROM:
        return _whole(left), _whole(right)
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        _add(pieces[0], lefts[left_from:left_to], changed=kind != "equal")
        _add(pieces[1], rights[right_from:right_to], changed=kind != "equal")
    return pieces


def _whole(text: str) -> list[Piece]:
    return [Piece(text, changed=False)] if text else []


def _add(pieces: list[Piece], tokens: Sequence[str], *, changed: bool) -> None:
    if tokens:
        pieces.append(Piece("".join(tokens), changed))
