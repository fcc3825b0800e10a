"""Grader ``choice``: the reply is one of a set of options, and the right one."""

import unicodedata
from typing import Annotated

import msgspec

from assay.author.types import MISSING, Missing
from assay.core.errors import BadInput, GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote


@graders.register("choice")
def choice(
    *,
    target: str = "expected",
    value: str | Missing = MISSING,
    choices: Annotated[list[str], msgspec.Meta(min_length=2)] | None = None,
    ignore_case: bool = False,
    ignore_punctuation: bool = False,
) -> Grade:
    """Compares what the reply chose with what it should have chosen.

    Args:
        target: Where in the case to find the right option.
        value: The same for all cases, instead.
        choices: The options; without them, those of the prompt's contract.
        ignore_case: Take upper and lower case as the same.
        ignore_punctuation: Leave out punctuation and white space around the reply.
    """

    def plain(text: str) -> str:
        text = _bare(text) if ignore_punctuation else text.strip()
        return text.casefold() if ignore_case else text

    allowed = {plain(option) for option in choices or ()}
    if choices is not None and len(allowed) < 2:
        raise BadInput(
            "the grader 'choice' needs at least two different choices",
            hint="list every reply that is allowed, or leave 'choices' out to use those of the contract",
            code="grader.choices",
        )

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = pick_text(case, target, value)
        if choices is not None and plain(wanted) not in allowed:
            raise _not_offered(case, wanted, choices)
        given = outcome.checked.value if isinstance(outcome.checked.value, str) else outcome.text
        if plain(given) == plain(wanted):
            return passing(f"chose {quote(wanted)}")
        if choices is not None and plain(given) not in allowed:
            return failing(f"{quote(given)} is not one of {_listed(choices)}")
        if violation := next((v for v in outcome.checked.violations if v.clause == "choice"), None):
            return failing(f"{quote(given)} is {violation.what}")
        return failing(f"chose {quote(given)} instead of {quote(wanted)}")

    return grade


def _bare(text: str) -> str:
    """The text without white space, punctuation and symbols on either side."""
    start, end = 0, len(text)
    while start < end and _around(text[start]):
        start += 1
    while end > start and _around(text[end - 1]):
        end -= 1
    return text[start:end]


def _around(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "PS"


def _listed(choices: list[str]) -> str:
    return ", ".join(choices[:10]) + (", …" if len(choices) > 10 else "")


def _not_offered(case: Case, wanted: str, choices: list[str]) -> GraderFailed:
    return GraderFailed(
        f"the target of the case {case.id!r} is {quote(wanted)}, which is not one of {_listed(choices)}",
        hint="mend the case, or add it to the grader's 'choices'",
        code="grader.target",
        where=case.where,
    )
