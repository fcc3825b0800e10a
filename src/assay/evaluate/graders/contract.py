"""Grader ``contract``: the reply keeps every clause of the prompt's contract, or one that is named."""

from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import absent, failing, passing, quote

ANSWERED = "answered"
"""The clause that every prompt has, written or not: there is a reply."""

_WAYS_OUT = {"refuse": "refused", "ask": "asked back", "escalate": "escalated"}
_BREAKS_TOO = {"schema": "json", ANSWERED: "refusal"}
"""A clause, and another whose violation breaks it too: what is no JSON fits no schema, a refusal is no answer."""


@graders.register("contract")
@answers_absence
def contract(*, each: bool = False, clause: str | None = None) -> Grade:
    """Reads what the engine found when the reply came; the contract is checked once, there.

    Args:
        each: Make one grader of each clause that a prompt of the suite has (``clause.py`` does it before the run).
        clause: Look at that clause alone.
    """
    del each  # what is left of it when the suite has no prompts yet is the whole

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        return _whole(outcome) if clause is None else _one(outcome, clause)

    return grade


def _whole(outcome: Outcome) -> Verdict:
    violations = outcome.checked.violations
    if violations:
        first = violations[0]
        more = f", and {len(violations) - 1} more" if len(violations) > 1 else ""
        return failing(f"breaks '{first.clause}': {_short(first.what)}{more}")
    return _kept(outcome)


def _one(outcome: Outcome, clause: str) -> Verdict:
    broken = [v for v in outcome.checked.violations if v.clause in (clause, _BREAKS_TOO.get(clause))]
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        return failing(f"{_short(broken[0].what)}{more}")
    found = _kept(outcome)
    if found.passed and not outcome.fallback and outcome.checked.exit is None:
        return passing("kept" + (" after repair" if outcome.checked.repaired else ""))
    return found if found.passed or clause == ANSWERED else passing("there is no reply that could break it")


def _kept(outcome: Outcome) -> Verdict:
    checked = outcome.checked
    if checked.exit is not None and checked.valid:
        return passing(f"{_WAYS_OUT[checked.exit]}, as the contract allows")
    if (nothing := absent(outcome)) is not None:
        return nothing
    if outcome.fallback:
        return passing("the contract's fallback answered in place of the model")
    return passing("keeps the contract" + (" after repair" if checked.repaired else ""))


def _short(what: str) -> str:
    return what if len(what) <= 160 else quote(what, 160)
