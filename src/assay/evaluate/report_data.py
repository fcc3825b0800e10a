"""The samples of a run as the report carries them: a compact index, and the rows in compressed chunks.

One pass over the lines of ``samples.jsonl``, in plan order. What filters and sorts need becomes columns of a byte or
a few a sample; the lines themselves go, as they are, into chunks of gzip that the page unpacks when it shows them.
So memory does not depend on how much text a run has. What the page does with all this is in ``templates/``.
"""

import base64
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import nan
from typing import IO

import msgspec

from assay.evaluate.report_cut import Budget
from assay.evaluate.summary import Summary
from assay.evaluate.types import SampleRow, Status

FIRST_SHOWN = 20
"""Samples that did not pass and stand in the page itself, for readers without scripts."""

MAX_TAGS = 30
MAX_TAG_VALUES = 200
MAX_GRADERS = 60
_CHUNK_BYTES = 192 * 1024
_GLANCE_CHARS = 96
_LEVEL = 4

# A column has one character a row, above the controls; the script takes the offset away again.
_OFFSET = 48
_NONE = _OFFSET
_OTHER = _OFFSET + MAX_TAG_VALUES + 1
_STATUS: dict[Status, int] = {"passed": ord("p"), "failed": ord("f"), "error": ord("e")}
_ABSENT = ord("-")

_Key = tuple[str, str, int]


class _Verdict(msgspec.Struct):
    grader: str
    passed: bool | None = None
    error: str | None = None


class _Line(msgspec.Struct):
    """The part of a row that the index is made of."""

    case: str
    variant: str
    status: Status
    repeat: int = 0
    score: float | None = None
    latency_ms: float | None = None
    output: str | None = None
    error: dict[str, str] | None = None
    tags: dict[str, str] = {}
    verdicts: list[_Verdict] = []


_read = msgspec.json.Decoder(_Line).decode
_read_row = msgspec.json.Decoder(SampleRow).decode


@dataclass(frozen=True, slots=True)
class Packed:
    """The rows of a report, packed.

    Attributes:
        rows: How many there are.
        blocks: What the page needs before it can show a row, as elements of the page.
        first: The first samples that did not pass, with their numbers.
        numbers: (case, variant, repeat) -> number, for the samples that were asked for.
    """

    rows: int
    blocks: list[bytes]
    first: list[tuple[int, SampleRow]]
    numbers: dict[_Key, int]


def pack(lines: Iterable[bytes], summary: Summary, chunks: IO[bytes], *, wanted: Iterable[_Key] = ()) -> Packed:
    """Pack the lines of ``samples.jsonl``.

    Args:
        lines: One row each, in plan order.
        summary: What the run came to.
        chunks: A file for the compressed rows, as elements of the page.
        wanted: Samples whose numbers are asked for.
    """
    packer = _Packer(summary, chunks, frozenset(wanted))
    for line in lines:
        packer.add(line)
    return packer.finish()


class _Text:
    """A list of texts, compressed as it grows."""

    def __init__(self) -> None:
        self._gzip = zlib.compressobj(_LEVEL, wbits=31)
        self._parts = [self._gzip.compress(b"[")]
        self._first = True

    def add(self, text: str) -> None:
        comma, self._first = (b"" if self._first else b","), False
        if part := self._gzip.compress(comma + msgspec.json.encode(text)):
            self._parts.append(part)

    def packed(self) -> bytes:
        return b"".join([*self._parts, self._gzip.compress(b"]"), self._gzip.flush()])


@dataclass(slots=True)
class _Tag:
    """One tag: the values seen so far by number, and each group's."""

    values: dict[str, int] = field(default_factory=dict)
    codes: bytearray = field(default_factory=bytearray)

    def code(self, value: str | None) -> int:
        if value is None:
            return _NONE
        if value not in self.values:
            if len(self.values) >= MAX_TAG_VALUES:
                return _OTHER
            self.values[value] = len(self.values) + 1
        return _OFFSET + self.values[value]


class _Chunks:
    """Writes the rows' chunks as elements of the page."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._held: list[bytes] = []
        self._bytes = 0
        self.starts: list[int] = []
        self._rows = 0

    def add(self, line: bytes) -> None:
        if not self._held:
            self.starts.append(self._rows)
        self._held.append(line)
        self._rows += 1
        self._bytes += len(line)
        if self._bytes >= _CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._held:
            self._out.write(_element(f"rows-{len(self.starts) - 1}", _gzip(b"\n".join(self._held))))
            self._held.clear()
            self._bytes = 0


class _Packer:
    """Takes in row by row. A group is a case's repeat: the samples that stand side by side."""

    def __init__(self, summary: Summary, chunks: IO[bytes], wanted: frozenset[_Key]) -> None:
        found = summary.comparison
        self._sides = (found.baseline, found.candidate) if found is not None else None
        self._variants = {variant.name: number for number, variant in enumerate(summary.variants)}
        self._total = sum(variant.n for variant in summary.variants)
        self._wanted = wanted
        self._budget = Budget()
        self._chunks = _Chunks(chunks)
        self._numbers: dict[_Key, int] = {}
        self._first: list[tuple[int, SampleRow]] = []
        self._group: tuple[str, int] | None = None
        self._pair: dict[str, tuple[int, bool]] = {}
        self._begins = bytearray()
        self._cases, self._glances = _Text(), _Text()
        self._repeats = array("I")
        self._tags: dict[str, _Tag] = {}
        self._graders: dict[str, bytearray] = {}
        self._variant, self._status, self._flip = bytearray(), bytearray(), bytearray()
        self._score, self._latency = array("d"), array("d")

    def add(self, line: bytes) -> None:
        row = _read(line)
        number = len(self._status) + 1
        begins = (row.case, row.repeat) != self._group
        self._begins.append(ord("1" if begins else "0"))
        if begins:
            self._begin(row)
        self._variant.append(_OFFSET + self._variants.setdefault(row.variant, len(self._variants)))
        self._status.append(_STATUS[row.status])
        self._score.append(nan if row.score is None else round(row.score, 4))
        self._latency.append(nan if row.latency_ms is None else _rounded(row.latency_ms))
        self._flip.append(_ABSENT)
        self._mark_flip(row)
        self._judge(row.verdicts)
        shown = row.output if row.output is not None else _error(row.error)
        self._glances.add(_glance(shown))
        if row.status != "passed" and len(self._first) < FIRST_SHOWN:
            self._first.append((number, _read_row(line)))
        if (key := (row.case, row.variant, row.repeat)) in self._wanted:
            self._numbers[key] = number
        self._chunks.add(self._budget.fit(line.rstrip(b"\n")))

    def _begin(self, row: _Line) -> None:
        """A new group."""
        self._group = (row.case, row.repeat)
        self._pair = {}
        for name in row.tags:
            if name not in self._tags and len(self._tags) < MAX_TAGS:
                self._tags[name] = _Tag(codes=bytearray([_NONE]) * len(self._repeats))
        for name, tag in self._tags.items():
            tag.codes.append(tag.code(row.tags.get(name)))
        self._cases.add(row.case)
        self._repeats.append(row.repeat)

    def _mark_flip(self, row: _Line) -> None:
        """Once both sides are known, the candidate's sample says whether it was gained or lost."""
        if self._sides is None or row.variant not in self._sides:
            return
        self._pair[row.variant] = (len(self._status) - 1, row.status == "passed")
        if len(self._pair) == 2:
            (_, before), (place, after) = (self._pair[side] for side in self._sides)
            if before != after:
                self._flip[place] = ord("g" if after else "l")

    def _judge(self, verdicts: list[_Verdict]) -> None:
        for column in self._graders.values():
            column.append(_ABSENT)
        for verdict in verdicts:
            if verdict.grader not in self._graders:
                if len(self._graders) >= MAX_GRADERS:
                    continue
                self._graders[verdict.grader] = bytearray([_ABSENT]) * len(self._status)
            status: Status = "error" if verdict.error is not None else "passed" if verdict.passed else "failed"
            self._graders[verdict.grader][-1] = _STATUS[status]

    def finish(self) -> Packed:
        self._chunks.flush()
        index = {
            "rows": len(self._status),
            "total": max(self._total, len(self._status)),
            "variants": list(self._variants),
            "sides": self._sides,
            "graders": list(self._graders),
            "tags": [[name, *tag.values] for name, tag in self._tags.items()],
            "other": MAX_TAG_VALUES + 1,
            "starts": self._chunks.starts,
            "begins": _column(self._begins),
            "repeat": self._repeats.tolist(),
            "variant": _column(self._variant),
            "status": _column(self._status),
            "flip": _column(self._flip),
            "verdicts": [_column(column) for column in self._graders.values()],
            "tag": [_column(tag.codes) for tag in self._tags.values()],
            "score": self._score.tolist(),
            "latency": self._latency.tolist(),
        }
        blocks = [
            _element("index", _gzip(msgspec.json.encode(index))),
            _element("cases", self._cases.packed()),
            _element("glances", self._glances.packed()),
        ]
        return Packed(len(self._status), blocks, self._first, self._numbers)


def _element(name: str, packed: bytes) -> bytes:
    """Compressed data as an element of the page, which no browser runs or shows."""
    return b'<script type="application/gzip" id="%s">%s</script>\n' % (name.encode(), base64.b64encode(packed))


def _column(codes: bytearray) -> str:
    return codes.decode("latin-1")


def _gzip(data: bytes) -> bytes:
    """Gzip without the time and the system in it, so that the same rows make the same bytes."""
    packer = zlib.compressobj(_LEVEL, wbits=31)
    return packer.compress(data) + packer.flush()


def _rounded(time_ms: float) -> float:
    return round(time_ms, 1) if time_ms < 10 else round(time_ms)


def _error(error: dict[str, str] | None) -> str:
    return "" if error is None else f"{error.get('code', '')}: {error.get('what', '')}"


def _glance(text: str) -> str:
    """The beginning on one line; the page makes controls visible."""
    head = text[: 4 * _GLANCE_CHARS]
    flat = " ".join(head.split())
    cut = len(flat) > _GLANCE_CHARS or len(head) < len(text)
    return flat[:_GLANCE_CHARS] + "…" if cut else flat
