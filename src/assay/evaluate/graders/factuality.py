"""Grader ``factuality``: a model says how the reply stands to the right answer in matters of fact."""

from assay.author.types import MISSING, Missing
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.factuality import factuality_grade
from assay.evaluate.types import Grade


@graders.register("factuality")
def factuality(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | Missing = MISSING,
    scores: dict[str, float] | None = None,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Asks a judge for one of five categories.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the right answer.
        value: The same for all cases, instead.
        scores: What a category is worth, by name; above 0 passes.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
    """
    return factuality_grade(
        "factuality",
        bench,
        target=target,
        value=value,
        scores=scores,
        judge=judge,
        rubric_prompt=rubric_prompt,
    )
