"""Grader ``skill-used``: an agent says that it used certain skills."""

from typing import NamedTuple

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.match import fits
from assay.evaluate.trajectory.step import metadata_of
from assay.evaluate.trajectory.wanted import Count, Unwanted, count, names, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


class Wanted(NamedTuple):
    """A skill by its name, by a pattern, or by both, and how often."""

    name: str | None
    pattern: str | None
    bounds: Count

    def meets(self, skill: str) -> bool:
        """Whether that skill is meant."""
        return (self.name is None or skill == self.name) and (self.pattern is None or fits(skill, self.pattern))

    def __str__(self) -> str:
        return self.pattern or self.name or "*"


@graders.register("skill-used")
@answers_absence
def skill_used(
    *,
    target: str = "expected",
    value: str | list[str] | dict[str, object] | Missing = MISSING,
    forbid: bool = False,
) -> Grade:
    """Looks into ``skillCalls`` of the reply's metadata.

    Args:
        target: Where in the case to find the skills.
        value: The same for all cases, instead: a name, a list of names, or ``{name | pattern, min, max}``.
        forbid: Pass when none of them was used, or tried.
    """
    wanted_of = reader("skill-used", target, value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        used = _used(metadata_of(outcome), tried=forbid)
        wrong: list[str] = []
        for one in wanted_of(case):
            number = sum(one.meets(skill) for skill in used)
            if number if forbid else not one.bounds.allows(number):
                wrong.append(f"{one} {number} times" + ("" if forbid else f", and {one.bounds} is wanted"))
        said = f"; used were {', '.join(used[:12]) or 'none'}"
        return failing("; ".join(wrong) + said) if wrong else passing(f"as it was wanted{said}")

    return grade


def _wanted(value: object) -> list[Wanted]:
    if not isinstance(value, dict):
        if isinstance(value, str):
            value = [value]
        return [Wanted(name, None, Count(1, None)) for name in names(value)]
    name, pattern = value.get("name"), value.get("pattern")
    if not all(text is None or (isinstance(text, str) and text.strip()) for text in (name, pattern)) or not (
        name or pattern
    ):
        raise Unwanted("a name, a list of names, or a mapping with 'name' or 'pattern'")
    bounds = count(value, default=0 if value.get("max") is not None else 1)
    return [Wanted(str(name).strip() if name else None, str(pattern).strip() if pattern else None, bounds)]


def _used(metadata: dict[str, object], *, tried: bool) -> list[str]:
    """The skills by name; those that failed only where what was tried counts."""
    found: list[str] = []
    for key in ("skillCalls", "attemptedSkillCalls") if tried else ("skillCalls",):
        calls = metadata.get(key)
        for call in calls if isinstance(calls, list) else ():
            name = call.get("name") if isinstance(call, dict) else None
            if isinstance(name, str) and (tried or call.get("is_error") is not True):
                found.append(name)
    return found
