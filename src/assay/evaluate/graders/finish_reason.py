"""Grader ``finish-reason``: the model stopped for the reason that it should."""

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing


@graders.register("finish-reason")
@answers_absence
def finish_reason(*, value: str) -> Grade:
    """Compares why the last reply ended.

    Args:
        value: ``stop``, ``length``, ``tool_calls`` or ``content_filter``.
    """
    wanted = value.lower()

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        found = outcome.replies[-1].finish
        if found == "unknown":
            raise GraderFailed(
                "the provider does not say why the reply ended",
                hint="use this grader only with a provider that does",
                code="grader.no_finish_reason",
            )
        return passing(f"ended by {found}") if found == wanted else failing(f"ended by {found}, not by {wanted}")

    return grade
