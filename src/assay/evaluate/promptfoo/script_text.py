"""Values as JavaScript writes them: in JSON, and where text is wanted."""

import json
import math
import re
from typing import Any

import msgspec

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
_INDENTED = json.JSONEncoder(ensure_ascii=False, indent=2, separators=(",", ": "), default=str)
_UNLIKE = re.compile(r"\.0|\de|NaN|Infinity")
"""What a text may hold in which JavaScript would have written a number otherwise."""


def json_text(value: object, *, indent: bool = False) -> str:
    """The value as ``JSON.stringify`` writes it, with ``indent`` two spaces a level."""
    write = _INDENTED.encode if indent else _COMPACT.encode
    text = write(value)
    return write(plain(value)) if _UNLIKE.search(text) else text


def parse_json(text: str) -> Any:
    """The value of a JSON text, by the strict grammar.

    Raises:
        ValueError: It is none.
    """
    return json.loads(text, parse_constant=_refuse)


def as_text(value: object) -> str:
    """A value where JavaScript wants text, as ``String(value)``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list):
        return ",".join("" if item is None else as_text(item) for item in value)
    if isinstance(value, dict):
        return "[object Object]"
    return str(value)


def output_text(output: object) -> str:
    """An output where an assertion wants text: text as it is, anything else as JSON."""
    return output if isinstance(output, str) else json_text(output)


def number_text(value: float) -> str:
    """A number as JavaScript writes it, for the sizes that occur."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    return repr(value)


def plain(value: object) -> object:
    """The value as it is once it has been JSON: whole numbers without a point, and none that is not finite."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) and abs(value) < 1e21 else value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def sent(value: object) -> object:
    """The value as it is sent to another language: itself, where JavaScript would write its numbers alike."""
    try:
        text = msgspec.json.encode(value, enc_hook=str).decode()
    except UnicodeEncodeError:  # half a surrogate pair
        return plain(value)
    return plain(value) if _UNLIKE.search(text) else value


def _refuse(constant: str) -> float:
    raise ValueError(constant)
