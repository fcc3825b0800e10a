"""The objects of a JSON file one at a time: the lines of JSON Lines, or the items of one long list.

A list may be as long as a disk; only an item must fit into memory. What the objects mean is the formats'.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

import msgspec

from assay.core.errors import BadInput
from assay.core.fields import describe
from assay.core.location import Location

MAX_ITEM_BYTES = 16_000_000
"""The longest line, or item of a list."""

_BOM = b"\xef\xbb\xbf"
_CHUNK_BYTES = 1 << 16
_LONGEST_TOKEN = 16  # of what is no string: a word, an escape
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"[-+0-9.eE]*")

_decode = msgspec.json.Decoder().decode


def lines(handle: BinaryIO, file: str) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers; none is longer than ``MAX_ITEM_BYTES``.

    Raises:
        BadInput: One is.
    """
    number = 0
    while line := handle.readline(MAX_ITEM_BYTES + 1):
        number += 1
        if len(line) > MAX_ITEM_BYTES:
            raise _too_long("the line", Location(file, number))
        yield number, line.removeprefix(_BOM) if number == 1 else line


def items(handle: BinaryIO, file: str, *, keys: tuple[str, ...] = ()) -> Iterator[tuple[int, bytes]]:
    """The items of the list that a JSON file is, as JSON, each with the line on which it starts.

    Args:
        handle: The file.
        file: Its name, for messages.
        keys: The file may also be an object; the list is then found at the first of these keys.

    Raises:
        BadInput: The file is not JSON, not a list, or an item is longer than ``MAX_ITEM_BYTES``.
    """
    return _Scanner(handle, file).items(keys)


def objects(
    handle: BinaryIO, file: str, *, lined: bool, keys: tuple[str, ...] = ()
) -> Iterator[tuple[dict[str, object], Location]]:
    """The objects of a JSON file with their places.

    Args:
        handle: The file.
        file: Its name, for messages.
        lined: Whether it is JSON Lines, rather than a list.
        keys: As ``items`` takes them.

    Raises:
        BadInput: The file is not JSON, or something in it is no object.
    """
    found = (
        items(handle, file, keys=keys)
        if not lined
        else ((number, line) for number, line in lines(handle, file) if not line.isspace())
    )
    for number, text in found:
        where = Location(file, number)
        try:
            value = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise not_json(error, where) from None
        if not isinstance(value, dict):
            raise BadInput(
                f"the row is {describe(value)}, not an object",
                hint="write one object a line, or a list of objects",
                code="dataset.row",
                where=where,
            )
        yield value, where


def not_json(error: Exception, where: Location, hint: str = "") -> BadInput:
    """The error for text that is not JSON."""
    reason = str(error).removeprefix("JSON is malformed: ").partition(" - at ")[0]
    reason = reason[:1].lower() + reason[1:]
    if isinstance(error, RecursionError):
        reason = "lists and objects are nested too deeply"
    return BadInput(
        f"not JSON: {reason}", hint=hint or "mend the line, or write it anew", code="dataset.syntax", where=where
    )


def _too_long(what: str, where: Location) -> BadInput:
    return BadInput(
        f"{what} is longer than {MAX_ITEM_BYTES // 1_000_000} MB",
        hint="write one case a line",
        code="dataset.too_large",
        where=where,
    )


class _Scanner:
    """A window that moves over a file's text; what is behind it is forgotten."""

    def __init__(self, handle: BinaryIO, file: str) -> None:
        self._handle = handle
        self._file = file
        self._text = ""
        self._at = 0
        self._line = 1
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._scan = json.JSONDecoder(parse_constant=_no_number, parse_int=_short_number, parse_float=float).raw_decode
        self._ended = False

    def items(self, keys: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
        opening = self._next()
        if opening == "{" and keys:
            inner = self._find(keys)
            yield from inner
            return
        if opening != "[":
            if opening:
                self._no_list(keys)
            return
        yield from self._list()
        if self._next():
            self._fail("trailing characters")

    def _find(self, keys: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
        """The items of the list at the first of the keys; the values of others are stepped over."""
        self._at += 1
        while self._next() != "}":
            name = str(self._value()[0])
            if self._next() != ":":
                self._fail("expected ':'")
            self._at += 1
            if name in keys and self._next() == "[":
                yield from self._list()
                return
            self._next()
            self._value()
            if self._next() == ",":
                self._at += 1
        self._no_list(keys)

    def _list(self) -> Iterator[tuple[int, bytes]]:
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return
        while True:
            if not self._next():
                self._fail("input data was truncated")
            line = self._line
            yield line, self._value()[1].encode()
            found = self._next()
            self._at += 1
            if found == "]":
                return
            if found != ",":
                self._at -= 1
                self._fail("expected ',' or ']'" if found else "input data was truncated")

    def _next(self) -> str:
        """The next character that is no white space, without stepping over it; empty at the end."""
        while True:
            self._step(_match(_SPACE, self._text, self._at))
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self) -> tuple[object, str]:
        """The value at the window's start, and its text; the window moves behind it."""
        wanted = 0
        while True:
            try:
                value, stop = self._scan(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if not _is_cut(error, len(self._text)) or not self._more(wanted):
                    self._step(getattr(error, "pos", self._at))
                    self._fail(_reason(error))
                wanted = max(wanted, 2 * (len(self._text) - self._at))
                continue
            if stop == len(self._text) and not self._ended and _NUMBER.fullmatch(self._text, self._at):
                self._more()  # a number may go on
                continue
            text = self._text[self._at : stop]
            self._step(stop)
            return value, text

    def _step(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self, wanted: int = 0) -> bool:
        """Read on, until the window holds ``wanted`` characters; whether anything came."""
        pieces = [self._text[self._at :]]
        if len(pieces[0]) > MAX_ITEM_BYTES:
            raise _too_long("an item of the list", Location(self._file, self._line))
        have, came = len(pieces[0]), False
        while not self._ended and (not came or have < wanted):
            data = self._handle.read(_CHUNK_BYTES)
            try:
                piece = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                line = self._line + sum(p.count("\n") for p in pieces) + data.count(b"\n", 0, error.start)
                raise BadInput(
                    f"the file is not UTF-8: byte 0x{error.object[error.start]:02x} on this line",
                    hint="save it as UTF-8",
                    code="dataset.not_utf8",
                    where=Location(self._file, line),
                ) from None
            self._ended = not data
            came = came or bool(piece)
            have += len(piece)
            pieces.append(piece)
        self._text, self._at = "".join(pieces), 0
        return came

    def _fail(self, reason: str) -> NoReturn:
        raise not_json(ValueError(reason), Location(self._file, self._line))

    def _no_list(self, keys: tuple[str, ...]) -> NoReturn:
        inside = "".join(f", or '{key}:' and the list below it" for key in keys[:1])
        raise BadInput(
            "the document is not a list of cases",
            hint=f"write a list of cases{inside}, and nothing beside it",
            code="dataset.no_list",
            where=Location(self._file, self._line),
        )


def _match(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _is_cut(error: Exception, size: int) -> bool:
    """Whether text that ended sooner than its JSON explains the error."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= size - _LONGEST_TOKEN or error.msg.startswith("Unterminated string")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "lists and objects are nested too deeply"
    return str(error).partition(": line ")[0]


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no JSON number")


def _short_number(text: str) -> int:
    return int(text) if len(text) < 400 else 0  # what reads the item says that it is too large
