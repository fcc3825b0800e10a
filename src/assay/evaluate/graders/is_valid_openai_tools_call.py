"""Grader ``is-valid-openai-tools-call``: every tool call of the reply is one that the tool's schema allows."""

from assay.evaluate.bench import Bench
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.schema import valid_calls
from assay.evaluate.types import Grade


@graders.register("is-valid-openai-tools-call")
@answers_absence
def is_valid_openai_tools_call(*, bench: Bench, tools: list[object] | None = None) -> Grade:
    """Holds each call against the schema of its tool.

    Args:
        bench: Has the project's files.
        tools: Files or definitions of the tools; without them those that the prompt offers.
    """
    return valid_calls(bench, tools, one=False)
