"""Grader ``trajectory-tool-sequence``: tools were used in a certain order on the way to the reply."""

from typing import Literal, NamedTuple

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.step import Step, listed, tool_steps
from assay.evaluate.trajectory.wanted import Matcher, Unwanted, matcher, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


class Wanted(NamedTuple):
    """Which tools, and whether nothing may stand between them."""

    tools: list[Matcher]
    mode: Literal["exact", "in_order"]


@graders.register("trajectory-tool-sequence")
@answers_absence
def trajectory_tool_sequence(
    *, target: str = "expected", value: list[object] | dict[str, object] | Missing = MISSING
) -> Grade:
    """Compares the tools that were used with a list.

    Args:
        target: Where in the case to find the list.
        value: The same for all cases, instead: a list, or ``{mode, steps}``.
    """
    wanted_of = reader("trajectory-tool-sequence", target, value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted, steps = wanted_of(case), tool_steps(outcome)
        missing = _exact(steps, wanted.tools) if wanted.mode == "exact" else _in_order(steps, wanted.tools)
        said = f"; used were {listed(steps)}"
        return passing(f"in the wanted order{said}") if missing is None else failing(f"{missing}{said}")

    return grade


def _wanted(value: object) -> Wanted:
    mode, steps = ("in_order", value) if isinstance(value, list) else (None, None)
    if isinstance(value, dict):
        mode, steps = value.get("mode", "in_order"), value.get("steps")
    if mode not in ("exact", "in_order") or not isinstance(steps, list) or not steps:
        raise Unwanted("a list of tools, or {mode: exact or in_order, steps: […]}")
    return Wanted([matcher(step, ("tool",)) for step in steps], "exact" if mode == "exact" else "in_order")


def _exact(steps: list[Step], wanted: list[Matcher]) -> str | None:
    if len(steps) == len(wanted) and all(one.meets(step) for one, step in zip(wanted, steps, strict=True)):
        return None
    return f"wanted were exactly {', '.join(str(one.pattern) for one in wanted)}"


def _in_order(steps: list[Step], wanted: list[Matcher]) -> str | None:
    place = 0
    for step in steps:
        place += place < len(wanted) and wanted[place].meets(step)
    return None if place == len(wanted) else f"{wanted[place].pattern} was not used in its place"
