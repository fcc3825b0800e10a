"""Which words of a text changed, and which message of the new version a message of the old one became.

Works on templates as they are written. Which changes matter is ``diff.py``'s.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from assay.author.types import MessageTemplate

Operation = Literal["equal", "delete", "insert"]

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MANY_TOKENS = 4_000
_MAX_PAIRS = 10_000
_SAME_ROLE = 0.1
_OTHER_ROLE = -0.6


@dataclass(frozen=True, slots=True)
class WordSegment:
    """A run of text that both versions have, or that only the old (``delete``) or the new one (``insert``) has."""

    op: Operation
    text: str


def diff_words(old: str, new: str) -> tuple[WordSegment, ...]:
    """The segments that lead from one text to the other, in order.

    The texts of ``equal`` and ``delete`` joined are the old text, those of ``equal`` and ``insert`` the new one.
    Texts of more than some thousand words are compared line by line first.
    """
    first, second = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(first) + len(second) > _MANY_TOKENS:
        return _merged(_by_line(_LINE.findall(old), _LINE.findall(new)))
    return _merged(_edits(first, second))


def _by_line(old: list[str], new: list[str]) -> Iterator[WordSegment]:
    for op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        before, after = "".join(old[i:j]), "".join(new[k:m])
        first, second = _TOKEN.findall(before), _TOKEN.findall(after)
        if op == "replace" and len(first) + len(second) <= _MANY_TOKENS:
            yield from _edits(first, second)
        else:
            yield from _edit(op, before, after)


def _edits(old: list[str], new: list[str]) -> Iterator[WordSegment]:
    for op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        yield from _edit(op, "".join(old[i:j]), "".join(new[k:m]))


def _edit(op: str, before: str, after: str) -> Iterator[WordSegment]:
    if op == "equal":
        yield WordSegment("equal", before)
        return
    if before:
        yield WordSegment("delete", before)
    if after:
        yield WordSegment("insert", after)


def _merged(segments: Iterator[WordSegment]) -> tuple[WordSegment, ...]:
    """Neighbours joined; a mere space between two changes becomes a part of them, as one change reads better."""
    found: list[WordSegment] = []
    gone = come = ""
    pending = ""  # a space that stays if no change follows it
    for segment in segments:
        if segment.op == "equal":
            if (gone or come) and not pending and segment.text.isspace() and "\n" not in segment.text:
                pending = segment.text
                continue
            found += [*_changes(gone, come), WordSegment("equal", pending + segment.text)]
            gone = come = pending = ""
            continue
        if pending:
            gone, come, pending = gone + pending, come + pending, ""
        gone += segment.text if segment.op == "delete" else ""
        come += segment.text if segment.op == "insert" else ""
    found += _changes(gone, come)
    if pending:
        found.append(WordSegment("equal", pending))
    return tuple(found)


def _changes(gone: str, come: str) -> list[WordSegment]:
    return [WordSegment("delete", gone)] * bool(gone) + [WordSegment("insert", come)] * bool(come)


def word_counts(segments: Sequence[WordSegment]) -> tuple[int, int]:
    """How many words went and how many came."""
    gone, come = (" ".join(s.text for s in segments if s.op == op).split() for op in ("delete", "insert"))
    return len(gone), len(come)


def align(old: Sequence[MessageTemplate], new: Sequence[MessageTemplate]) -> list[tuple[int | None, int | None]]:
    """Pairs of the messages that became each other, in order; None where one has no counterpart.

    Order is kept, so a message that moved is one that went and one that came. Among the pairings that keep
    it, the one with the most words in common wins.
    """
    start = 0
    while start < min(len(old), len(new)) and _alike(old[start], new[start]):
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and _alike(old[-1 - end], new[-1 - end]):
        end += 1
    middle = _best(old[start : len(old) - end], new[start : len(new) - end])
    return [
        *((i, i) for i in range(start)),
        *((None if i is None else i + start, None if j is None else j + start) for i, j in middle),
        *((len(old) - i, len(new) - i) for i in range(end, 0, -1)),
    ]


def _alike(old: MessageTemplate, new: MessageTemplate) -> bool:
    return (old.role, old.source, old.insert) == (new.role, new.source, new.insert)


def _best(old: Sequence[MessageTemplate], new: Sequence[MessageTemplate]) -> list[tuple[int | None, int | None]]:
    if len(old) * len(new) > _MAX_PAIRS:
        return [*((i, None) for i in range(len(old))), *((None, j) for j in range(len(new)))]
    before, after = ([Counter(re.findall(r"\w+", m.source)) for m in side] for side in (old, new))
    scores = [[_score(old[i], new[j], before[i], after[j]) for j in range(len(new))] for i in range(len(old))]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], scores[i][j] + best[i + 1][j + 1])
    found: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if scores[i][j] > 0 and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    return [*found, *((k, None) for k in range(i, len(old))), *((None, k) for k in range(j, len(new)))]


def _score(old: MessageTemplate, new: MessageTemplate, before: "Counter[str]", after: "Counter[str]") -> float:
    """How well two messages go together; zero or less when they do not."""
    if (old.insert is None) != (new.insert is None):
        return 0.0
    if old.insert is not None:
        return 1.0 if old.insert == new.insert else _SAME_ROLE
    words = before.total() + after.total()
    shared = 2 * (before & after).total() / words if words else 1.0
    return shared + (_SAME_ROLE if old.role == new.role else _OTHER_ROLE)
