"""Inspect's scores as verdicts: its letters and numbers, and the values of a scorer that gives several."""

from typing import Any

from assay.core.errors import GraderFailed
from assay.evaluate.adapters.borrowed import borrow
from assay.evaluate.types import Verdict
from assay.evaluate.verdict import one_line

_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}


def verdict_of(scorer: str, score: Any, *, threshold: float) -> Verdict:
    """A score of Inspect as a verdict; several values are named, and their mean is the score.

    Raises:
        GraderFailed: There is no score, or none that is a number from 0 to 1.
    """
    if score is None:
        raise GraderFailed(f"{scorer} gave no score", hint="see the scorer", code="grader.score")
    value = score.value
    named: dict[str, float] = {}
    if isinstance(value, dict):
        named = {str(key): _number(scorer, one) for key, one in value.items() if one is not None}
        value = sum(named.values()) / len(named) if named else None
    elif isinstance(value, (list, tuple)):
        numbers = [_number(scorer, one) for one in value]
        value = sum(numbers) / len(numbers) if numbers else None
    found = _number(scorer, value)
    reason = one_line(str(score.explanation or "")) or f"{scorer} gave {score.value!r}"
    return Verdict(found, found >= threshold, reason, named=named)


def _number(scorer: str, value: object) -> float:
    if isinstance(value, str) and value in _LETTERS:
        return _LETTERS[value]
    try:
        found = float(borrow("inspect_ai.scorer", "inspect").value_to_float()(value))
    except (TypeError, ValueError):
        found = -1.0
    if not 0 <= found <= 1:
        raise GraderFailed(
            f"{scorer} gave {value!r}, which is no score from 0 to 1",
            hint="use another scorer, or one of your own that scales it",
            code="grader.score",
        )
    return found
