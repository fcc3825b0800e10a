"""Grader ``trajectory-step-count``: how many steps of a kind there were on the way to the reply."""

from typing import NamedTuple

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.step import listed, steps_of
from assay.evaluate.trajectory.wanted import Count, Matcher, Unwanted, count, matcher, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


class Wanted(NamedTuple):
    """Which steps, and how many of them."""

    steps: Matcher
    bounds: Count


@graders.register("trajectory-step-count")
@answers_absence
def trajectory_step_count(*, target: str = "expected", value: dict[str, object] | Missing = MISSING) -> Grade:
    """Counts the steps that are meant.

    Args:
        target: Where in the case to find the bounds.
        value: The same for all cases, instead: ``{type, name | pattern, min, max}``.
    """
    wanted_of = reader("trajectory-step-count", target, value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = wanted_of(case)
        steps = [step for step in steps_of(outcome) if wanted.steps.meets(step)]
        said = f"{len(steps)} steps; {wanted.bounds} allowed: {listed(steps)}"
        return passing(said) if wanted.bounds.allows(len(steps)) else failing(said)

    return grade


def _wanted(value: object) -> Wanted:
    bounds = count(value)
    if not isinstance(value, dict) or (bounds.least is None and bounds.most is None):
        raise Unwanted("a mapping with 'min' or 'max'")
    return Wanted(matcher(value, named=False), bounds)
