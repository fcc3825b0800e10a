"""Citations in a reply: which marks it has, what each vouches for, and how much of that a passage holds. Pure.

A mark is ``[3]``, ``[doc-12]`` or several, ``[1, 4]``. What it vouches for is the sentence that it stands in, or
the one before it where it stands alone. How much of a claim a passage holds is the share of the claim's words
that occur in it; common words are left out, and a number that the passage does not have makes it 0.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_MARK = re.compile(r"\[([\w.:-]+(?:\s*[,;]\s*[\w.:-]+)*)\](?!\()")
_PIECE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"\d[\d.,]*\d|\w+")

COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "he",
        "she",
        "they",
        "we",
        "you",
        "i",
        "and",
        "or",
        "but",
        "if",
        "so",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "to",
        "with",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "not",
        "no",
        "can",
        "could",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "will",
        "would",
        "there",
        "here",
        "than",
        "then",
        "also",
        "only",
        "very",
        "more",
        "most",
        "such",
        "which",
        "who",
        "whom",
        "whose",
        "what",
        "when",
        "where",
        "while",
        "about",
        "your",
        "our",
        "their",
        "his",
        "her",
    ]
)
"""Words that stand in any passage, and so say nothing about where a claim comes from."""


class Citation(NamedTuple):
    """One mark: the passage that it names, and the claim that it vouches for."""

    name: str
    claim: str


def citations(text: str, known: Iterable[str]) -> list[Citation]:
    """The citations of a reply, in order.

    Args:
        text: The reply.
        known: The names that passages have; a word in brackets that is none of them and has no digit is no mark.
    """
    names = set(known)
    found: list[Citation] = []
    before = ""
    for piece in _PIECE.split(text):
        claim = _bare(piece)
        marks = [name for name in _names(piece) if name in names or any(character.isdigit() for character in name)]
        found += [Citation(name, claim or before) for name in marks]
        before = claim or before
    return found


def containment(claim: str, passage: str) -> float:
    """The share of a claim's words that the passage has, in [0, 1]; 0 when it lacks one of its numbers."""
    wanted, there = set(_words(claim)), set(_words(passage))
    if not wanted or any(word[0].isdigit() and word not in there for word in wanted):
        return 0.0
    return len(wanted & there) / len(wanted)


def passages_by_mark(text: str) -> dict[str, str]:
    """The passages of a text in which each begins with its mark: ``[1] … [2] …``."""
    parts = re.split(r"\[([\w.:-]+)\]", text)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True) if body.strip()}


def together(names: Iterable[str], passages: Mapping[str, str]) -> str:
    """The passages of these names as one text."""
    return "\n".join(passages[name] for name in names if name in passages)


def _names(piece: str) -> list[str]:
    return [name.strip() for mark in _MARK.findall(piece) for name in re.split(r"[,;]", mark)]


def _bare(piece: str) -> str:
    claim = _MARK.sub("", piece).strip()
    return claim if any(character.isalnum() for character in claim) else ""


def _words(text: str) -> list[str]:
    return [_root(word) for word in _WORD.findall(text.casefold()) if word not in COMMON]


def _root(word: str) -> str:
    """A word without the s of its plural, a number without the comma of its thousands."""
    if word[0].isdigit():
        return word.replace(",", "").rstrip(".")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
