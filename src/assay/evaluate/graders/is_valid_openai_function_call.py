"""Grader ``is-valid-openai-function-call``: the reply is one function call, and the function's schema allows it."""

from assay.evaluate.bench import Bench
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.schema import valid_calls
from assay.evaluate.types import Grade


@graders.register("is-valid-openai-function-call")
@answers_absence
def is_valid_openai_function_call(*, bench: Bench, tools: list[object] | None = None) -> Grade:
    """Holds the call against the schema of its function.

    Args:
        bench: Has the project's files.
        tools: Files or definitions of the tools; without them those that the prompt offers.
    """
    return valid_calls(bench, tools, one=True)
