"""Grader ``word-count``: the reply has so many words."""

from assay.author.types import MISSING, Missing
from assay.core.errors import BadInput, GraderFailed
from assay.core.fields import describe
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.measures.words import word_count as count_words
from assay.evaluate.target import pick
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing

_FORM = "write a number of words, or 'min' and 'max', or one of them"


@graders.register("word-count")
def word_count(
    *, target: str = "expected", value: int | float | str | dict[str, int | float] | Missing = MISSING
) -> Grade:
    """Counts what stands between white space.

    Args:
        target: Where in the case to find the number, or ``min`` and ``max``.
        value: The same for all cases, instead.
    """
    fixed = None if isinstance(value, Missing) else _bounds(value)
    if not isinstance(value, Missing) and fixed is None:
        raise BadInput(f"the number of words is {describe(value)}", hint=_FORM, code="grader.value")

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        low, high = fixed or _from_case(case, target)
        count = count_words(outcome.text)
        if low <= count <= high:
            return passing(f"has {_words(count)}")
        return failing(f"has {_words(count)}, {_wanted(low, high)}")

    return grade


def _from_case(case: Case, target: str) -> tuple[float, float]:
    found = pick(case, target)
    bounds = _bounds(found)
    if bounds is None:
        raise GraderFailed(
            f"{target!r} of the case {case.id!r} is {describe(found)}",
            hint=_FORM,
            code="grader.target_type",
            where=case.where,
        )
    return bounds


def _bounds(value: object) -> tuple[float, float] | None:
    """The fewest and the most words, or None when that is not what the value says."""
    if isinstance(value, dict):
        if not value or not value.keys() <= {"min", "max"} or not all(_is_number(part) for part in value.values()):
            return None
        low, high = value.get("min", 0), value.get("max", float("inf"))
        return (low, high) if low <= high else None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return (value, value) if isinstance(value, (int, float)) and _is_number(value) else None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - NaN


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count:,} words"


def _wanted(low: float, high: float) -> str:
    if low == high:
        return f"not {low:g}"
    if high == float("inf"):
        return f"fewer than {low:g}"
    return f"more than {high:g}" if low == 0 else f"not {low:g} to {high:g}"
