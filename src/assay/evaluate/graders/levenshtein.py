"""Grader ``levenshtein``: few characters must be changed to make the reply the target."""

import asyncio
from typing import Annotated

from msgspec import Meta

from assay.author.types import MISSING, Missing
from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.measures.levenshtein import levenshtein as distance
from assay.evaluate.measures.levenshtein import within
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing

IN_PASSING = 4_000_000
"""Products of the lengths up to which the distance is found at once: some 10 ms."""

MOST = 4_000_000_000
SMALL_LIMIT = 200


@graders.register("levenshtein")
def levenshtein(
    *,
    target: str = "expected",
    value: str | int | float | Missing = MISSING,
    threshold: Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)] = 5,
) -> Grade:
    """Counts insertions, deletions and replacements of a character.

    Args:
        target: Where in the case to find the text.
        value: The same for all cases, instead.
        threshold: The most that pass.
    """
    limit = int(threshold)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        found = await _distance(outcome.text, pick_text(case, target, value), limit)
        if found is None:
            return failing(f"more than {_edits(limit)} away from the target")
        told = f"{_edits(found)} away from the target"
        return passing(told) if found <= threshold else failing(f"{told}, more than {threshold:g}")

    return grade


def _edits(count: int) -> str:
    return "1 edit" if count == 1 else f"{count:,} edits"


async def _distance(one: str, other: str, limit: int) -> int | None:
    """The distance; None where it is above the limit, and working it out would take long."""
    size = len(one) * len(other)
    if size <= IN_PASSING:
        return distance(one, other)
    if abs(len(one) - len(other)) > limit:
        return None
    if limit <= SMALL_LIMIT:
        return await asyncio.to_thread(within, one, other, limit)
    if size > MOST:
        raise GraderFailed(
            f"the reply has {len(one):,} characters and the target {len(other):,}, too many to compare",
            hint=f"set a threshold of at most {SMALL_LIMIT}, or compare a part of it",
            code="grader.too_long",
        )
    return await asyncio.to_thread(distance, one, other)
