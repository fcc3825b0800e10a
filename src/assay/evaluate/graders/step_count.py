"""Grader ``step-count``: a reply took no more, or no fewer, steps than it may."""

from typing import Annotated, Literal

import msgspec

from assay.core.errors import BadInput
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.talk import turns_of
from assay.evaluate.trajectory.step import steps_of
from assay.evaluate.trajectory.wanted import Count, Matcher
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing

Number = Annotated[int, msgspec.Meta(ge=0)]


@graders.register("step-count")
@answers_absence
def step_count(
    *,
    min: Number | None = None,  # noqa: A002 - the setting's name, as promptfoo has it
    max: Number | None = None,  # noqa: A002 - as above
    count: Literal["tools", "steps", "turns"] = "tools",
    pattern: str | None = None,
) -> Grade:
    """Counts calls of tools, all steps of a trace, or the turns of a conversation.

    Args:
        min: The lowest number that passes.
        max: The highest number that passes.
        count: What is counted.
        pattern: Only steps whose name fits it, with ``*`` and ``?``.
    """
    if min is None and max is None:
        raise BadInput("the grader 'step-count' has no bound", hint="give it a 'min' or a 'max'", code="grader.max")
    if min is not None and max is not None and max < min:
        raise BadInput(
            f"the bounds are {min} to {max}", hint="write a 'max' that is not below 'min'", code="grader.max"
        )
    bounds, meant = Count(min, max), Matcher(pattern, () if count == "steps" else ("tool",))

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        steps = turns_of(outcome) if count == "turns" else [step for step in steps_of(outcome) if meant.meets(step)]
        number = len(steps)
        said = f"{number} {count}; {bounds} allowed"
        return passing(said) if bounds.allows(number) else failing(said)

    return grade
