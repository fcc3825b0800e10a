"""Grader ``trace-span-count``: how many spans of a name the reply's trace has."""

from typing import NamedTuple

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.match import fits
from assay.evaluate.trajectory.step import need_spans
from assay.evaluate.trajectory.wanted import Count, Unwanted, count, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


class Wanted(NamedTuple):
    """Which spans, and how many of them."""

    pattern: str
    bounds: Count


@graders.register("trace-span-count")
@answers_absence
def trace_span_count(*, target: str = "expected", value: dict[str, object] | Missing = MISSING) -> Grade:
    """Counts spans whose name fits.

    Args:
        target: Where in the case to find the bounds.
        value: The same for all cases, instead: ``{pattern, min, max}``.
    """
    wanted_of = reader("trace-span-count", target, value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = wanted_of(case)
        spans = [span for span in need_spans(outcome, "trace-span-count") if fits(span.name, wanted.pattern)]
        said = f"{len(spans)} spans {wanted.pattern!r}"
        if wanted.bounds == Count(None, None):
            return passing(said)
        said += f"; {wanted.bounds} allowed"
        return passing(said) if wanted.bounds.allows(len(spans)) else failing(said)

    return grade


def _wanted(value: object) -> Wanted:
    pattern = value.get("pattern") if isinstance(value, dict) else None
    if not isinstance(pattern, str) or not pattern.strip():
        raise Unwanted("a mapping with 'pattern', and 'min' or 'max'")
    return Wanted(pattern, count(value))
