"""Grader ``search-rubric``: a model that searches the web by itself holds the reply against a rubric."""

from typing import Literal

from assay.author.types import MISSING, Missing
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Rubric, Unreadable, first_object, read_rubric, the_one
from assay.evaluate.judging.rubric import ANSWER, check_rubric, rubric_grade
from assay.evaluate.types import Grade

PROMPT = own(
    f"You check what a program has written against a rubric and against the world as it is today. {FENCED}\n\n"
    "Look up every statement of the OUTPUT that the RUBRIC depends on, and name your sources in the reason. A "
    "statement that you could not look up is not confirmed: say so, and do not count it as right. The INPUT is what "
    "the program was asked. " + ANSWER,
    "{{ rubric }}\n\n{{ input }}\n\n{{ output }}",
)


@graders.register("search-rubric")
def search_rubric(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | Missing = MISSING,
    threshold: float | None = None,
    turn: Literal["last", "all"] = "last",
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Asks a judge with a search of its own for ``{reason, score, pass}``; ``pass`` must be true or false.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the rubric.
        value: The same for all cases, instead.
        threshold: The lowest score that passes; the judge's ``pass`` has to say so as well.
        turn: Whether the last reply is judged, or the whole conversation.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
    """
    check_rubric("search-rubric", value)
    asker = make_judge("search-rubric", bench, judge=judge, prompts={"": rubric_prompt})

    def read(text: str) -> Rubric:
        found = the_one(text, "pass") or first_object(text)
        if not isinstance(found.get("pass"), bool):
            raise Unreadable("its 'pass' is neither true nor false")
        return read_rubric(text, threshold=threshold)

    return rubric_grade(asker, PROMPT, target=target, value=value, turn=turn, read=read)
