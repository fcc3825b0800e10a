"""Whether a name fits a pattern, and a call's arguments those that were wanted. Pure."""

import math
from collections.abc import Iterable, Mapping
from typing import Literal

Comparison = Literal["exact", "text", "number", "present", "ignore"]


def fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern with ``*`` (anything) and ``?`` (one character), in upper or lower case.

    Not by a regular expression: one made of many stars could search a long name for ever. When a character does not
    fit, the last star takes in one more, so the steps are at most the product of both lengths.
    """
    text, wanted = name.casefold(), pattern.casefold()
    i = j = kept = 0
    star = -1
    while i < len(text):
        if j < len(wanted) and wanted[j] == "*":
            star, kept, j = j, i, j + 1
        elif j < len(wanted) and wanted[j] in ("?", text[i]):
            i, j = i + 1, j + 1
        elif star >= 0:
            kept += 1
            i, j = kept, star + 1
        else:
            return False
    return all(rest == "*" for rest in wanted[j:])


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same; 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return one == other


def holds(actual: object, wanted: object) -> bool:
    """Whether a JSON value has all that is wanted of it; objects in it may have more."""
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(key in actual and holds(actual[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(wanted)
            and all(holds(a, w) for a, w in zip(actual, wanted, strict=True))
        )
    return same(actual, wanted)


def agrees(actual: object, wanted: object, how: Comparison) -> bool:
    """Whether one argument is as it is wanted, compared in that way."""
    if how in ("present", "ignore"):
        return True
    if how == "text":
        return _text(actual) == _text(wanted)
    if how == "number":
        one, other = _number(actual), _number(wanted)
        return one is not None and other is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return same(actual, wanted)


def without(arguments: object, ignored: Iterable[str]) -> object:
    """Arguments without those whose names fit; anything but a mapping is as it is."""
    patterns = list(ignored)
    if not isinstance(arguments, dict) or not patterns:
        return arguments
    return {key: value for key, value in arguments.items() if not any(_named(key, p) for p in patterns)}


def without_defaults(arguments: object, defaults: Mapping[str, object]) -> object:
    """Arguments without those that have the value that they would have had anyway."""
    if not isinstance(arguments, dict):
        return arguments
    return {key: value for key, value in arguments.items() if key not in defaults or not same(value, defaults[key])}


def longest_common(one: list[str], wanted: list[str]) -> int:
    """How many patterns can be met in order by names in order."""
    best = [0] * (len(wanted) + 1)
    for name in one:
        before = 0
        for j, pattern in enumerate(wanted, 1):
            before, best[j] = best[j], before + 1 if fits(name, pattern) else max(best[j], best[j - 1])
    return best[-1]


def _named(key: str, pattern: str) -> bool:
    return key == pattern or (("*" in pattern or "?" in pattern) and fits(key, pattern))


def _text(value: object) -> str:
    return " ".join(str(value).casefold().split())


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None
