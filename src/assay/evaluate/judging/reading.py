"""Reading a judge's reply: the JSON object in it, and the leniencies that replies of models call for.

Pure. A reply that gives no verdict raises ``Unreadable``; what is done about that is ``judge.py``'s.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.evaluate.verdict import one_line

MAX_CHARS = 100_000
MAX_BRACES = 200
MAX_REPAIRS = 16
"""Objects that are not quite JSON and are read all the same; what a reply of braces alone costs is bounded by it."""

_YES = re.compile(r"(true|yes|pass|y)", re.IGNORECASE)
_COMMENT = re.compile(r"(?m)(^|\s)//.*$")
_decoder = json.JSONDecoder()


class Unreadable(Exception):
    """A reply in which there is no verdict; says what is wrong with it."""


class Rubric(NamedTuple):
    """A verdict by the contract ``{reason, pass, score}``."""

    score: float
    passed: bool
    reason: str


def objects(text: str) -> Iterator[dict[str, object]]:
    """The JSON objects in a text, in order; those in others are parts of them.

    Fences and prose around an object are passed over. An object that is not quite JSON (a trailing comma,
    bare keys, a comment, a closing brace that is missing at the end) is read as YAML would read it.
    """
    text = text[:MAX_CHARS]
    place = repairs = 0
    for _ in range(MAX_BRACES):
        place = text.find("{", place)
        if place < 0:
            return
        read = _strict(text, place)
        if read is None and repairs < MAX_REPAIRS:
            repairs += 1
            read = _loose(text, place)
        found, end = read or (None, place + 1)
        if found is not None:
            yield found
        place = end


def first_object(text: str) -> dict[str, object]:
    """The first JSON object.

    Raises:
        Unreadable: There is none.
    """
    found = next(objects(text), None)
    if found is None:
        raise Unreadable("there is no JSON object in it" if text.strip() else "it is empty")
    return found


def the_one(text: str, *keys: str) -> dict[str, object] | None:
    """The object that has one of these keys; None where there is none.

    A reply may quote what it judges, and that may hold a verdict of its own making. So where several objects
    have these keys, they have to agree on them.

    Raises:
        Unreadable: Two of them do not.
    """
    found = [o for o in objects(text) if any(key in o for key in keys)]
    if any([o.get(key) for key in keys] != [found[0].get(key) for key in keys] for o in found[1:]):
        raise Unreadable(f"it holds several verdicts, which differ in {' or '.join(repr(key) for key in keys)}")
    return found[0] if found else None


def read_rubric(text: str, *, threshold: float | None = None, lenient: bool = False) -> Rubric:
    """A verdict ``{reason, pass, score}``.

    Args:
        text: The judge's reply.
        threshold: The lowest score that passes, as well as what ``pass`` says.
        lenient: Take a missing ``pass`` as true, let scores lie outside [0, 1], and of several verdicts take the
            first, as promptfoo does.

    Raises:
        Unreadable: There is no object, or neither ``pass`` nor ``score`` in it, or a score that is none, or there
            are several verdicts that differ.
    """
    found = first_object(text) if lenient else the_one(text, "pass", "score") or first_object(text)
    given, raw = found.get("pass"), found.get("score")
    number = _like_javascript(raw) if lenient and "score" in found else as_number(raw)
    if not lenient:
        _check_rubric(given, raw, number)
    passed = truth(given) if given is not None else _passes_by_score(number, threshold, lenient)
    score = number if number is not None else float(passed)
    if threshold is not None:
        passed = passed and score >= threshold
    return Rubric(score, passed, reason_of(found) or ("the judge gave no reason"))


def _check_rubric(given: object, raw: object, number: float | None) -> None:
    if given is None and raw is None:
        raise Unreadable("it has neither 'pass' nor 'score'")
    if raw is not None and (number is None or not 0 <= number <= 1):
        raise Unreadable("its 'score' is not a number from 0 to 1")


def _passes_by_score(score: float | None, threshold: float | None, lenient: bool) -> bool:
    """Whether a verdict that does not say ``pass`` passes: by its score, except where promptfoo takes it as a yes."""
    if lenient:
        return True
    return score is not None and score >= (0.5 if threshold is None else threshold)


def truth(value: object) -> bool:
    """A pass as judges write it: true, or a text that says so."""
    return value if isinstance(value, bool) else _YES.fullmatch(str(value)) is not None


def as_number(value: object) -> float | None:
    """A finite number, or a text that is one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _like_javascript(value: object) -> float | None:
    """A number as JavaScript would make one: nothing and empty text are 0, a truth is 0 or 1."""
    if value is None or value == "" or isinstance(value, bool):
        return float(bool(value))
    return as_number(value)


def reason_of(found: dict[str, object], key: str = "reason") -> str:
    """The reason on one line, cut where it is long; "" for none."""
    value = found.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _strict(text: str, place: int) -> tuple[dict[str, object], int] | None:
    try:
        found, end = _decoder.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None
    return (found, end) if isinstance(found, dict) else None


def _loose(text: str, place: int) -> tuple[dict[str, object], int] | None:
    end, missing = _balanced(text, place)
    candidate = text[place:end] + "}" * missing
    try:
        found = parse_document(_COMMENT.sub(r"\1", candidate), file="reply").value
    except (BadInput, RecursionError):
        return None
    return (found, end) if isinstance(found, dict) else None


def _balanced(text: str, place: int) -> tuple[int, int]:
    """Where the braces that open here are closed, and how many never are."""
    depth, quoted, escaped = 0, False, False
    for i in range(place, len(text)):
        character = text[i]
        if quoted:
            quoted = escaped or character != '"'
            escaped = not escaped and character == "\\"
            continue
        quoted = character == '"'
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return i + 1, 0
    return len(text), depth
