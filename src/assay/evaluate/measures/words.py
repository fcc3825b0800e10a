"""Splitting text into words and n-grams, as the n-gram measures count them.

White space is what ECMAScript takes for it, which is not quite what ``str.split`` does: a byte order mark is white
space, the separators U+001C to U+001F are not. So the measures agree with tools that are written in JavaScript.
"""

import re
from collections import Counter
from collections.abc import Sequence

WHITE_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""The inside of a character class of ``re``."""

_WORD = re.compile(f"[^{WHITE_SPACE}]+")
_GAP = re.compile(f"[{WHITE_SPACE}]+")

Gram = tuple[str, ...]


def words(text: str) -> list[str]:
    """The runs of characters between white space."""
    return _WORD.findall(text)


def word_count(text: str) -> int:
    """How many words the text has."""
    return sum(1 for _ in _WORD.finditer(text))


def fields(text: str) -> list[str]:
    """The text cut at white space; an empty piece stands where it begins or ends with white space."""
    return _GAP.split(text)


def grams(items: Sequence[str], n: int) -> Counter[Gram]:
    """How often each run of ``n`` neighbours occurs; nothing where there are fewer than ``n``."""
    return Counter(zip(*(items[i:] for i in range(n)), strict=False))


def overlap(one: Counter[Gram], other: Counter[Gram]) -> int:
    """How many n-grams two texts share, each counted as often as in the one that has fewer of it."""
    if len(other) < len(one):
        one, other = other, one
    return sum(min(count, other[gram]) for gram, count in one.items() if gram in other)
