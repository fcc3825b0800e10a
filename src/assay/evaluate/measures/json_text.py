"""Finding the JSON objects that stand within a text."""

import json
import re
from collections.abc import Iterator

import msgspec

from assay.core.document import parse_document
from assay.core.errors import BadInput

MAX_OBJECT_CHARS = 100_000
MAX_READ_CHARS = 4_000_000
"""The longest that all attempts together may read, so that a text of nothing but braces ends too."""

_STRICT = json.JSONDecoder()
_BRACE = re.compile(r"[{}]")


class NotJson(ValueError):
    """The text is not JSON."""


def read_json(text: str) -> object:
    """The value of a text that is JSON as a whole.

    Raises:
        NotJson: It is not.
    """
    try:
        found: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _read_slowly(text)
    return found


def _read_slowly(text: str) -> object:
    """JSON that one reader refuses and the standard allows, such as half of a surrogate pair."""
    try:
        found: object = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotJson from None
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def json_objects(text: str) -> Iterator[object]:
    """The objects in a text, from its start; none is looked for within another.

    What is between braces is read as JSON, and failing that as YAML, which allows what models like to write: single
    quotes, names without quotes, a comma at the end, comments. An object that the text's end cuts off is closed.
    """
    at, left, ends = text.find("{"), MAX_READ_CHARS, _ends(text)
    while at >= 0 and left > 0:
        found, end, read = _object_at(text, at, ends.get(at))
        left -= read
        if found is not None:
            yield found
        at = text.find("{", end)


def _object_at(text: str, at: int, end: int | None) -> tuple[object | None, int, int]:
    """The object that begins there, where to go on, and how much was read."""
    try:
        found, stop = _STRICT.raw_decode(text, at)
    except (ValueError, RecursionError):
        pass
    else:
        return found, stop, stop - at
    piece = text[at : at + MAX_OBJECT_CHARS] if end is None else text[at : min(end, at + MAX_OBJECT_CHARS)]
    if end is None:
        if len(piece) == 1:
            return None, at + 1, 1
        piece += "}" * _unclosed(piece)
    lenient = _lenient(piece)
    return lenient, (at + len(piece) if lenient is not None else at + 1), 2 * len(piece)


def _ends(text: str) -> dict[int, int]:
    """For each brace that opens and is closed, where its object ends."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            stack.append(brace.start())
        elif stack:
            found[stack.pop()] = brace.end()
    return found


def _unclosed(piece: str) -> int:
    return max(1, piece.count("{") - piece.count("}"))


def _lenient(piece: str) -> object | None:
    """The object as YAML reads it; None when it is none, or has anchors, which could make it huge."""
    if "&" in piece and "*" in piece:
        return None
    try:
        found = parse_document(_yaml_comments(piece), file="reply").value
    except (BadInput, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _yaml_comments(piece: str) -> str:
    """The text with ``//`` comments outside of quotes as YAML writes them."""
    if "//" not in piece:
        return piece
    return "\n".join(_yaml_comment(line) for line in piece.split("\n"))


def _yaml_comment(line: str) -> str:
    quote = ""
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote and line[at - 1] != "\\" else quote
        elif character in "'\"":
            quote = character
        elif line.startswith("//", at) and not line[:at].endswith(":"):
            return f"{line[:at]}#{line[at + 2 :]}"
    return line
