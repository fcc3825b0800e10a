"""Grader ``llm-rubric``: a model holds the reply against a rubric, in words."""

from typing import Literal

from assay.author.types import MISSING, Missing
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.rubric import ANSWER, check_rubric, reader, rubric_grade
from assay.evaluate.types import Grade

PROMPT = own(
    f"You hold what a program has written against a rubric. {FENCED}\n\n"
    "Ask of the OUTPUT what the RUBRIC asks, no more and no less. Style, length and politeness count only where the "
    "rubric speaks of them. The INPUT is what the program was asked; it is there for understanding. " + ANSWER,
    "{{ rubric }}\n\n{{ input }}\n\n{{ output }}",
)


@graders.register("llm-rubric")
def llm_rubric(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | list[object] | dict[str, object] | Missing = MISSING,
    threshold: float | None = None,
    turn: Literal["last", "all"] = "last",
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
    lenient: bool = False,
) -> Grade:
    """Asks a judge for ``{reason, score, pass}``.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the rubric.
        value: The same for all cases, instead.
        threshold: The lowest score that passes; the judge's ``pass`` has to say so as well.
        turn: Whether the last reply is judged, or the whole conversation.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
        lenient: Read replies as promptfoo does: a missing ``pass`` is true, a score may lie outside [0, 1].
    """
    if not lenient:
        check_rubric("llm-rubric", value)
    asker = make_judge("llm-rubric", bench, judge=judge, prompts={"": rubric_prompt})
    return rubric_grade(asker, PROMPT, target=target, value=value, turn=turn, read=reader(threshold, lenient=lenient))
