"""What code in an assertion returned, as a result: a truth, a number, or a mapping with pass, score and reason."""

import math
import re
from typing import Any

from assay.evaluate.promptfoo.score import Result, is_number, numbers
from assay.evaluate.promptfoo.script_text import json_text, parse_json
from assay.evaluate.promptfoo.types import Json

_SNAKE = re.compile(r"_+([a-z0-9]?)")


class NoVerdict(Exception):
    """The code returned something that is no verdict; says what."""


def javascript_result(found: Any, assertion: Json, *, inverse: bool) -> Result:
    """The result of what JavaScript returned.

    Raises:
        NoVerdict: It is none.
    """
    if isinstance(found, bool) or (is_number(found) and math.isfinite(found)):
        return _plain(found, assertion, inverse=inverse, what="Custom function")
    if isinstance(found, dict) and _is_grading(found):
        return _graded(found, inverse=inverse, what="Custom function")
    raise NoVerdict(f"the code returned {_shown(found)}, and neither a truth, a number nor {{pass, score, reason}}")


def python_result(found: Any, assertion: Json, *, inverse: bool) -> Result:
    """The result of what Python returned.

    Raises:
        NoVerdict: It is none.
    """
    if isinstance(found, str) and found.lower() in {"true", "false"}:
        found = found.lower() == "true"
    if isinstance(found, str) and found.startswith("{"):
        try:
            found = parse_json(found)
        except ValueError:
            raise NoVerdict(f"the code returned {_shown(found)}, which is not JSON") from None
    if isinstance(found, bool):
        return _plain(found, assertion, inverse=inverse, what="Python code")
    if isinstance(found, dict):
        return _python_object(camel_case(found), assertion, inverse=inverse)
    try:
        number = float(found)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number):
        raise NoVerdict(f"the code returned {_shown(found)}, and neither a truth, a number nor {{pass, score, reason}}")
    return _plain(number, assertion, inverse=inverse, what="Python code")


def _python_object(found: Json, assertion: Json, *, inverse: bool) -> Result:
    if not _is_grading(found):
        raise NoVerdict(f"the code returned {_shown(found)}, without pass, score and reason")
    threshold = assertion.get("threshold")
    if threshold is not None and found["score"] < threshold:
        why = f"Python score {found['score']:g} is less than threshold {threshold:g}"
        found = {**found, "pass": False, "reason": f"{why}: {found['reason']}" if found.get("reason") else why}
    return _graded(found, inverse=inverse, what="Python code")


def _plain(found: float, assertion: Json, *, inverse: bool, what: str) -> Result:
    threshold = assertion.get("threshold")
    least = found > 0 if threshold is None else found >= threshold
    raw = found if isinstance(found, bool) else least
    passed = raw != inverse
    score = float(passed) if isinstance(found, bool) else float(found)
    reason = "Assertion passed" if passed else f"{what} returned {'true' if raw else 'false'}"
    return Result(passed=passed, score=score, reason=reason)


def _graded(found: Json, *, inverse: bool, what: str) -> Result:
    raw = bool(found["pass"])
    passed = raw != inverse
    reason = str(found.get("reason") or "")
    if inverse:
        reason = "Assertion passed" if passed else reason or f"{what} returned true"
    parts = found.get("componentResults")
    return Result(
        passed=passed,
        score=float(found["score"]),
        reason=reason,
        named=numbers(found.get("namedScores")),
        parts=[_part(part) for part in parts if isinstance(part, dict)] if isinstance(parts, list) else None,
    )


def _part(part: Json) -> Result:
    score = part.get("score")
    return Result(
        passed=bool(part.get("pass")),
        score=_number(score),
        reason=str(part.get("reason") or ""),
        assertion=part.get("assertion") if isinstance(part.get("assertion"), dict) else None,
    )


def _is_grading(found: Json) -> bool:
    return isinstance(found.get("pass"), bool) and is_number(found.get("score")) and "reason" in found


def _number(value: Any) -> float:
    return float(value) if is_number(value) else 0.0


def camel_case(value: Any) -> Any:
    """The value with the keys of its mappings in camel case: ``named_scores`` becomes ``namedScores``."""
    if isinstance(value, dict):
        return {_SNAKE.sub(lambda m: m[1].upper(), key): camel_case(item) for key, item in value.items()}
    if isinstance(value, list):
        return [camel_case(item) for item in value]
    return value


def _shown(found: Any) -> str:
    text = "nothing" if not isinstance(found, str | int | float | bool | dict | list) else json_text(found)
    return text if len(text) <= 100 else f"{text[:99]}…"
