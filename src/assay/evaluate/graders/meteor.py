"""Grader ``meteor``: the reply has a reference's words, as they are or by their stems, in nearly its order."""

from typing import Annotated

from msgspec import Meta

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.meteor import meteor as measure
from assay.evaluate.reference import references, scored
from assay.evaluate.types import Case, Grade, Verdict

Share = Annotated[float, Meta(ge=0, le=1)]


@graders.register("meteor")
def meteor(
    *,
    target: str = "expected",
    value: str | list[str] | Missing = MISSING,
    threshold: Share = 0.5,
    alpha: Share = 0.9,
    beta: Annotated[float, Meta(ge=0)] = 3.0,
    gamma: Share = 0.5,
) -> Grade:
    """Scores the reply by METEOR against one reference or several; the best one counts.

    Args:
        target: Where in the case to find the reference, or a list of them.
        value: The same for all cases, instead.
        threshold: The score from which a reply passes.
        alpha: Weight of precision against recall.
        beta: How fast the penalty for another order grows.
        gamma: The greatest penalty for another order.
    """

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        found = references(case, target, value)
        text = outcome.text
        score = await measured(text, measure, text, found, alpha=alpha, beta=beta, gamma=gamma)
        return scored("METEOR", score, threshold)

    return grade
