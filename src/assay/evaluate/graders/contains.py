"""Grader ``contains``: the reply holds one text, or all, any or none of several."""

from typing import Literal

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.target import as_text, no_text, pick
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote


@graders.register("contains")
def contains(
    *,
    target: str = "expected",
    value: str | list[str] | Missing = MISSING,
    match: Literal["all", "any", "none"] = "all",
    ignore_case: bool = False,
) -> Grade:
    """Looks for texts in the reply.

    Args:
        target: Where in the case to find the text or the list of texts.
        value: The same for all cases, instead.
        match: Whether all of them must be there, at least one, or none.
        ignore_case: Take upper and lower case as the same.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = _texts(case, target, pick(case, target, value))
        reply = outcome.text.casefold() if ignore_case else outcome.text
        there = [text for text in wanted if (text.casefold() if ignore_case else text) in reply]
        lacking = [text for text in wanted if text not in there]
        if match == "none":
            return failing(f"contains {_listed(there)}") if there else passing("contains none of them")
        if match == "any":
            return (
                passing(f"contains {_listed(there[:1])}") if there else failing(f"contains none of {_listed(wanted)}")
            )
        if lacking:
            return failing(f"does not contain {_listed(lacking)}", score=len(there) / len(wanted))
        return passing(f"contains {_listed(there)}")

    return grade


def _texts(case: Case, target: str, found: object) -> list[str]:
    items = found if isinstance(found, list) else [found]
    texts = [text for item in items if (text := as_text(item))]
    if len(texts) != len(items) or not texts:
        raise no_text(case, target, found)
    return texts


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return ", ".join(quote(text, 40) for text in texts[:3]) + more
