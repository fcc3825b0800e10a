"""Grader ``tool-sequence``: tools are called in the order that was wanted."""

from typing import Annotated, Literal

import msgspec

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.call import calls_of
from assay.evaluate.trajectory.match import fits, longest_common
from assay.evaluate.trajectory.wanted import names, reader
from assay.evaluate.types import Case, Grade, Verdict

Order = Literal["exact", "in-order", "any-order"]


@graders.register("tool-sequence")
@answers_absence
def tool_sequence(
    *,
    target: str = "expected",
    value: str | list[str] | Missing = MISSING,
    order: Order = "in-order",
    threshold: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0,
) -> Grade:
    """Compares the calls with a list of names, each a pattern with ``*`` and ``?``.

    Args:
        target: Where in the case to find the names.
        value: The same for all cases, instead: a list, or a text with commas.
        order: ``in-order`` lets other calls stand between, ``exact`` does not, ``any-order`` asks for no order.
        threshold: The lowest share of wanted calls that passes.
    """
    wanted_of = reader("tool-sequence", target, value, names)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted, called = wanted_of(case), [call.name for call in calls_of(outcome)]
        score = _score(called, wanted, order)
        reason = f"wanted {', '.join(wanted)} ({order}); called {', '.join(called) or 'none'}"
        return Verdict(score, score >= threshold, reason)

    return grade


def _score(called: list[str], wanted: list[str], order: Order) -> float:
    """The share of wanted calls that are met; with ``exact`` also of those that were not wanted."""
    if order == "any-order":
        return _paired(called, wanted) / len(wanted)
    met = longest_common(called, wanted)
    return met / max(len(wanted), len(called) if order == "exact" else 0)


def _paired(called: list[str], wanted: list[str]) -> int:
    """How many wanted names have a call of their own; exact names choose first."""
    left = list(called)
    for pattern in sorted(wanted, key=lambda name: "*" in name or "?" in name):
        mate = next((name for name in left if fits(name, pattern)), None)
        if mate is not None:
            left.remove(mate)
    return len(called) - len(left)
