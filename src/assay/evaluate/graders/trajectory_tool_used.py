"""Grader ``trajectory-tool-used``: certain tools were used on the way to the reply."""

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.step import listed, tool_steps
from assay.evaluate.trajectory.wanted import Count, Matcher, Unwanted, count, matcher, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("trajectory-tool-used")
@answers_absence
def trajectory_tool_used(
    *,
    target: str = "expected",
    value: str | list[str] | dict[str, object] | Missing = MISSING,
    forbid: bool = False,
) -> Grade:
    """Looks for tools among the steps of the trace, or among the tools that were called.

    Args:
        target: Where in the case to find the tools.
        value: The same for all cases, instead: a name, a list of names, or ``{name | pattern, min, max}``.
        forbid: Pass when none of them was used.
    """
    wanted_of = reader("trajectory-tool-used", target, value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        steps = tool_steps(outcome)
        wrong: list[str] = []
        for one, bounds in wanted_of(case):
            number = sum(one.meets(step) for step in steps)
            if number if forbid else not bounds.allows(number):
                wrong.append(f"{one.pattern} {number} times" + ("" if forbid else f", and {bounds} is wanted"))
        said = f"; used were {listed(steps)}"
        return failing("; ".join(wrong) + said) if wrong else passing(f"as it was wanted{said}")

    return grade


def _wanted(value: object) -> list[tuple[Matcher, Count]]:
    if isinstance(value, list):
        if not value or not all(isinstance(item, str) for item in value):
            raise Unwanted("a list of names")
        return [(matcher(item, ("tool",)), Count(1, None)) for item in value]
    return [(matcher(value, ("tool",)), count(value, default=1))]
