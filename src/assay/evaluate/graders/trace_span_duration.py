"""Grader ``trace-span-duration``: spans of the reply's trace took no longer than they may."""

import math
from typing import NamedTuple

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.match import fits
from assay.evaluate.trajectory.step import need_spans
from assay.evaluate.trajectory.wanted import Unwanted, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


class Wanted(NamedTuple):
    """Which spans, how long in milliseconds, and of which percentile (None for all of them)."""

    pattern: str
    most_ms: float
    percentile: float | None


@graders.register("trace-span-duration")
@answers_absence
def trace_span_duration(*, target: str = "expected", value: dict[str, object] | Missing = MISSING) -> Grade:
    """Measures spans whose name fits; where there are none it passes.

    Args:
        target: Where in the case to find the bound.
        value: The same for all cases, instead: ``{max, pattern, percentile}``, ``max`` in milliseconds.
    """
    wanted_of = reader("trace-span-duration", target, value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = wanted_of(case)
        spans = need_spans(outcome, "trace-span-duration")
        timed = [
            (span.end_ms - span.start_ms, span.name)
            for span in spans
            if fits(span.name, wanted.pattern) and span.start_ms is not None and span.end_ms is not None
        ]
        if not timed:
            return passing(f"no span {wanted.pattern!r} tells its times")
        timed.sort()
        rank = len(timed) if wanted.percentile is None else max(1, math.ceil(wanted.percentile / 100 * len(timed)))
        took_ms, name = timed[rank - 1]
        what = "the longest" if wanted.percentile is None else f"percentile {wanted.percentile:g}"
        said = f"{what} of {len(timed)} spans, {name!r}, took {took_ms:g} ms; {wanted.most_ms:g} ms allowed"
        return passing(said) if took_ms <= wanted.most_ms else failing(said)

    return grade


def _wanted(value: object) -> Wanted:
    given = value if isinstance(value, dict) else {}
    pattern, most, percentile = given.get("pattern", "*"), given.get("max"), given.get("percentile")
    if not isinstance(pattern, str) or not isinstance(most, (int, float)) or isinstance(most, bool):
        raise Unwanted("a mapping with 'max' in milliseconds, and if need be 'pattern' and 'percentile'")
    if percentile is not None and (not isinstance(percentile, (int, float)) or not 0 <= percentile <= 100):
        raise Unwanted("a 'percentile' from 0 to 100")
    return Wanted(pattern, float(most), percentile)
