"""Grader ``tool-call-f1``: the tools that the reply calls are those that were wanted, as sets.

Source:
    The harmonic mean of precision and recall: C. J. van Rijsbergen, "Information Retrieval", 1979, chapter 7.
"""

from typing import Annotated

import msgspec

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.call import calls_of
from assay.evaluate.trajectory.wanted import names, reader
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("tool-call-f1")
@answers_absence
def tool_call_f1(
    *,
    target: str = "expected",
    value: str | list[str] | Missing = MISSING,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0,
) -> Grade:
    """Compares the names of the tools that were called with those that were wanted.

    Args:
        target: Where in the case to find the names.
        value: The same for all cases, instead: a list, or a text with commas.
        threshold: The lowest F1 that passes.
    """
    wanted_of = reader("tool-call-f1", target, value, names)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted, called = set(wanted_of(case)), {call.name for call in calls_of(outcome)}
        both = len(wanted & called)
        precision, recall = both / len(called) if called else 0.0, both / len(wanted)
        f1 = 2 * precision * recall / (precision + recall) if both else 0.0
        reason = (
            f"F1 {f1:.3f} (precision {precision:.3f}, recall {recall:.3f}): "
            f"wanted {', '.join(sorted(wanted))}; called {', '.join(sorted(called)) or 'none'}"
        )
        return Verdict(f1, f1 >= threshold, reason, detail={"precision": precision, "recall": recall})

    return grade
