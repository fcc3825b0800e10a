"""Grader ``trace-error-spans``: no more spans of the reply's trace ended in an error than may."""

import re
from typing import NamedTuple

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.match import fits
from assay.evaluate.trajectory.step import Span, need_spans
from assay.evaluate.trajectory.wanted import Unwanted, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing

_WORDS = re.compile(r"error|failed|failure|exception|timeout|abort", re.IGNORECASE)


class Wanted(NamedTuple):
    """Which spans, and how many or which share of them may be errors; None is no bound."""

    pattern: str = "*"
    most: float | None = 0
    most_percent: float | None = None


@graders.register("trace-error-spans")
@answers_absence
def trace_error_spans(*, target: str = "", value: int | dict[str, object] | Missing = MISSING) -> Grade:
    """Counts spans whose name fits and that say of an error.

    Args:
        target: Where in the case to find the bounds.
        value: The same for all cases, instead: a number, or ``{max_count, max_percentage, pattern}``; none may be
            an error when neither is given.
    """
    wanted_of = reader("trace-error-spans", target, Wanted() if value is MISSING and not target else value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = wanted_of(case)
        spans = [span for span in need_spans(outcome, "trace-error-spans") if fits(span.name, wanted.pattern)]
        if not spans:
            return passing(f"there is no span {wanted.pattern!r}")
        wrong = [span for span in spans if is_error(span)]
        percent = 100 * len(wrong) / len(spans)
        said = f"{len(wrong)} of {len(spans)} spans are errors"
        if wrong:
            said += ": " + ", ".join(span.name + _why(span) for span in wrong[:3])
        over = wanted.most is not None and len(wrong) > wanted.most
        over = over or (wanted.most_percent is not None and percent > wanted.most_percent)
        return failing(said) if over else passing(said)

    return grade


def is_error(span: Span) -> bool:
    """Whether a span says that it ended in an error: by its status, its attributes, or its status message."""
    code = span.status_code or 0
    attributes = span.attributes
    marked = any(_says_so(attributes.get(key)) for key in ("error", "exception", "failed", "failure"))
    told = "ERROR" in (attributes.get("otel.status_code"), attributes.get("status.code"))
    return (
        code == 2
        or code >= 400
        or marked
        or told
        or _status(attributes.get("http.status_code")) >= 400
        or _WORDS.search(span.status_message) is not None
    )


def _says_so(value: object) -> bool:
    return value is True or value == "true" or isinstance(value, (dict, list))


def _status(value: object) -> float:
    try:
        return float(value) if isinstance(value, (int, float, str)) else 0
    except ValueError:
        return 0


def _why(span: Span) -> str:
    return f" ({span.status_message[:80]})" if span.status_message else ""


def _wanted(value: object) -> Wanted:
    if isinstance(value, Wanted):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Wanted(most=value)
    if not isinstance(value, dict):
        raise Unwanted("a number, or a mapping with 'max_count' or 'max_percentage'")
    pattern, most, percent = value.get("pattern") or "*", value.get("max_count"), value.get("max_percentage")
    if not isinstance(pattern, str) or not all(
        n is None or (isinstance(n, (int, float)) and not isinstance(n, bool)) for n in (most, percent)
    ):
        raise Unwanted("'max_count' and 'max_percentage' as numbers, and 'pattern' as a text")
    return Wanted(pattern, 0 if most is None and percent is None else most, percent)
