"""Grader ``contract``: the reply keeps every clause of the prompt's contract."""

from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import absent, failing, passing, quote

_WAYS_OUT = {"refuse": "refused", "ask": "asked back", "escalate": "escalated"}


@graders.register("contract")
@answers_absence
def contract() -> Grade:
    """Reads what the engine found when the reply came; the contract is checked once, there."""

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        checked = outcome.checked
        if checked.violations:
            first = checked.violations[0]
            more = f", and {len(checked.violations) - 1} more" if len(checked.violations) > 1 else ""
            return failing(f"breaks '{first.clause}': {_short(first.what)}{more}")
        if checked.exit is not None:
            return passing(f"{_WAYS_OUT[checked.exit]}, as the contract allows")
        if (nothing := absent(outcome)) is not None:
            return nothing
        if outcome.fallback:
            return passing("the contract's fallback answered in place of the model")
        return passing("keeps the contract" + (" after repair" if checked.repaired else ""))

    return grade


def _short(what: str) -> str:
    return what if len(what) <= 160 else quote(what, 160)
