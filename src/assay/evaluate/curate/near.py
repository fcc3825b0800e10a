"""Texts that are nearly the same, among any number of them: time grows with the number, memory does not.

Each text is a set of hashed pieces, without those that many of the texts have, such as a template's. One pass of
hashing gives the smallest hash in each of 60 bins (one-permutation MinHash); texts that agree in all the bins of some
band are compared exactly. Texts and bands lie in a scratch table.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from zlib import crc32

from assay.storage.scratch import open_scratch, scratching

PIECE_BYTES = 6
"""Bytes of text in a piece, where the text is short."""

LONG_CHARS = 2_000
WORDS = 3
"""Words in a piece, where the text is longer than ``LONG_CHARS``."""

BINS = 60
ROWS = ((200_000, 4),)
MOST_ROWS = 5
"""Bins in a band: more where there are more texts, so that few meet by chance."""

MOST_COMPARED = 16
SAMPLE = 500
FEWEST_SAMPLED = 200
COMMON = 0.2
"""The share of the texts in which a piece stands that says nothing about any of them."""

_BATCH = 2_000
_NO_HASH = 1 << 32
_MIX = 0x9E3779B1  # spreads the bits of a checksum, whose neighbours are alike

_SCHEMA = """
CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE bands (band INTEGER, number INTEGER);
CREATE TABLE pairs (later INTEGER, earlier INTEGER, share REAL, PRIMARY KEY (later, earlier)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts by their numbers, and the share of their pieces that they have in common."""

    earlier: int
    later: int
    share: float


class NearTexts:
    """Takes in texts, and then tells which are nearly the same; a context manager.

    Args:
        least: The share of common pieces, of all that either has, from which two are nearly the same.
    """

    def __init__(self, least: float) -> None:
        self._least = least
        self._texts: list[tuple[int, str]] = []
        self._count = 0
        self._common: frozenset[int] = frozenset()

    def __enter__(self) -> Self:
        self._table = open_scratch(_SCHEMA)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()

    def add(self, number: int, text: str) -> None:
        """Take in a text; numbers grow. An empty one is like no other."""
        plain = " ".join(text.casefold().split())
        if not plain:
            return
        self._texts.append((number, plain))
        self._count += 1
        if len(self._texts) >= _BATCH:
            self._flush()

    def pairs(self) -> Iterator[Pair]:
        """The pairs, by the later and then by the earlier text; of many like each other, each with the first ones."""
        self._flush()
        self._common = self._find_common()
        self._write_bands()
        self._compare()
        with scratching():
            found = self._table.execute("SELECT earlier, later, share FROM pairs ORDER BY later, earlier")
            for earlier, later, share in found:
                yield Pair(earlier, later, share)

    def _flush(self) -> None:
        with scratching():
            self._table.execute("BEGIN")
            self._table.executemany("INSERT INTO texts VALUES (?, ?)", self._texts)
            self._table.execute("COMMIT")
        self._texts.clear()

    def _find_common(self) -> frozenset[int]:
        """The pieces that many texts have, by a sample of them."""
        step = max(1, self._count // SAMPLE)
        with scratching():
            rows = self._table.execute("SELECT text FROM texts WHERE number % ? = 0", (step,))
            counts: Counter[int] = Counter()
            sampled = 0
            for (text,) in rows:
                counts.update(pieces(text))
                sampled += 1
        if sampled < FEWEST_SAMPLED:
            return frozenset()
        return frozenset(piece for piece, number in counts.items() if number > COMMON * sampled)

    def _write_bands(self) -> None:
        rows = next((rows for most, rows in ROWS if self._count <= most), MOST_ROWS)
        with scratching():
            self._table.execute("BEGIN")
            for number, text in self._table.cursor().execute("SELECT number, text FROM texts"):
                bands = _bands(self._own(text), rows)
                self._table.executemany("INSERT INTO bands VALUES (?, ?)", [(band, number) for band in bands])
            self._table.execute("COMMIT")

    def _own(self, text: str) -> set[int]:
        """The pieces that are the text's own; all of them where it has no other."""
        found = pieces(text)
        return (found - self._common) or found

    def _compare(self) -> None:
        with scratching():
            self._table.execute("BEGIN")
            band: int | None = None
            alone: int | None = None
            first: list[_Text] = []
            for found, number in self._table.execute("SELECT band, number FROM bands ORDER BY band, number"):
                if found != band:
                    band, alone, first = found, number, []
                    continue
                if alone is not None:
                    first, alone = [self._load(alone)], None
                self._meet(first, self._load(number))
            self._table.execute("COMMIT")

    def _meet(self, first: "list[_Text]", new: "_Text") -> None:
        """Keep the pair of the text and the first like it; a text like none of them becomes one of the first."""
        for other in first:
            share = 1.0 if other.text == new.text else _shared(other.pieces, new.pieces)
            if share >= self._least:
                row = (new.number, other.number, share)
                self._table.execute("INSERT OR IGNORE INTO pairs VALUES (?, ?, ?)", row)
                return
        if len(first) < MOST_COMPARED:
            first.append(new)

    def _load(self, number: int) -> "_Text":
        (text,) = self._table.execute("SELECT text FROM texts WHERE number = ?", (number,)).fetchone()
        return _Text(number, text, self._own(text))


@dataclass(frozen=True, slots=True)
class _Text:
    number: int
    text: str
    pieces: set[int]


def similarity(one: str, other: str) -> float:
    """The share of pieces in common, of all that either has: 1 for the same text."""
    return 1.0 if one == other else _shared(pieces(one), pieces(other))


def _shared(one: set[int], other: set[int]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def pieces(text: str) -> set[int]:
    """The hashes of the pieces of a text."""
    if len(text) > LONG_CHARS:
        words = re.findall(r"\w+", text)
        found = {crc32(" ".join(words[i : i + WORDS]).encode()) for i in range(len(words) - WORDS + 1)}
        if found:
            return found
    data = text.encode()
    return {crc32(data[i : i + PIECE_BYTES]) for i in range(max(1, len(data) - PIECE_BYTES + 1))}


def _bands(found: set[int], rows: int) -> list[int]:
    """One number a band; two texts have one in common when they agree in all of its bins."""
    least = [_NO_HASH] * BINS
    for piece in found:
        mixed = piece * _MIX & 0xFFFFFFFF
        place = mixed % BINS
        if mixed < least[place]:  # noqa: PLR1730 - a call of min for each piece is twice as slow
            least[place] = mixed
    if _NO_HASH in least:
        _fill(least)
    return [hash((i, *least[i : i + rows])) for i in range(0, BINS, rows)]


def _fill(least: list[int]) -> None:
    """Give each empty bin what the next full one has, so that few pieces say as much as many."""
    last = next(value for value in least if value != _NO_HASH)
    for place in range(BINS - 1, -1, -1):
        if least[place] == _NO_HASH:
            least[place] = last
        last = least[place]
