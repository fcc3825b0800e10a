"""The shape of what a configuration says: a mapping, a number; anything else is refused by its name and place."""

import math
from typing import Any

from assay.core.errors import BadInput
from assay.core.fields import describe
from assay.core.location import Location
from assay.evaluate.promptfoo.script_text import as_text
from assay.evaluate.promptfoo.types import Json


def mapping(value: Any, name: str, where: Location) -> Json:
    """The mapping; an empty one for nothing.

    Raises:
        BadInput: It is something else.
    """
    if value is None or isinstance(value, dict):
        return value or {}
    raise _wrong(value, name, "a mapping", where)


def text_of(value: Any, name: str, where: Location) -> str | None:
    """The text, also of a number; None for nothing.

    Raises:
        BadInput: It is something else.
    """
    if isinstance(value, list | dict):
        raise _wrong(value, name, "a text", where)
    return None if value is None else as_text(value)


def texts_of(value: Any, name: str, where: Location) -> list[str]:
    """The texts of a list, or the one that stands alone.

    Raises:
        BadInput: It is something else.
    """
    items = value if isinstance(value, list) else [value]
    return [found for item in items if (found := text_of(item, name, where)) is not None]


def number(value: Any, name: str, where: Location) -> float | None:
    """The number, which may be written as text; None for nothing.

    Raises:
        BadInput: It is something else.
    """
    if value is None or value == "":
        return None
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise _wrong(value, name, "a number", where)
    return found


def count(value: Any, name: str, where: Location) -> int | None:
    """The whole number, which is not below 0; None for nothing.

    Raises:
        BadInput: It is something else.
    """
    found = number(value, name, where)
    if found is not None and (found < 0 or not found.is_integer()):
        raise _wrong(value, name, "a whole number", where)
    return None if found is None else int(found)


def _wrong(value: Any, name: str, wanted: str, where: Location) -> BadInput:
    return BadInput(f"{name!r} is {describe(value)}", hint=f"write {wanted}", code="promptfoo.shape", where=where)
