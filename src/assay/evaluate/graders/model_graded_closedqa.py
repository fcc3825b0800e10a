"""Grader ``model-graded-closedqa``: a model says yes or no to one criterion."""

import re
from functools import partial

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.identity import judged_by
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.judging.transcript import question
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, one_line, passing

PROMPT = own(
    f"You decide one question about what a program has written: does it meet the criterion, yes or no? {FENCED}\n\n"
    "The INPUT is what the program was asked, the COMPLETION is what it wrote, and the CRITERIA say what is asked for. "
    "Reason step by step, briefly. Then end with a line that holds a single letter: Y where the criterion is met, N "
    "where it is not.",
    "{{ input }}\n\n{{ completion }}\n\n{{ criteria }}",
)
WANTED = "your reasons, and then a last line that is the single letter Y or N"

_LAST = re.compile(r"([YN])\s*\Z")
_LETTER = re.compile(r"(?<![^\W_])([YN])[\s\W_]*\Z")


@graders.register("model-graded-closedqa")
def model_graded_closedqa(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | Missing = MISSING,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
    lenient: bool = False,
) -> Grade:
    """Asks a judge for its reasons and a last line Y or N.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the criterion.
        value: The same for all cases, instead.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
        lenient: Read replies as promptfoo does: whatever ends in Y is a yes, whatever ends in N a no.
    """
    asker = make_judge("model-graded-closedqa", bench, judge=judge, prompts={"": rubric_prompt})
    asked = Question(prompt=PROMPT, read=partial(read_letter, lenient=lenient), wanted=WANTED)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        criterion = pick_text(case, target, value)
        values = {**case.inputs, "input": question(outcome), "completion": outcome.text, "criteria": criterion}
        answer = await asker.ask(asked, values)
        met, why = answer.value
        verdict = passing if met else failing
        found = verdict(f"{'meets' if met else 'does not meet'} the criterion: {why}{answer.note}")
        return Verdict(found.score, found.passed, found.reason, detail=answer.detail)

    return judged_by(grade, lambda: asker.identity(asked))


def read_letter(text: str, *, lenient: bool = False) -> tuple[bool, str]:
    """The letter at the end of a judge's reply, as a yes or no, and what stands before it.

    Args:
        text: The reply.
        lenient: Take the last character for the letter, whatever stands before it and nothing after it.

    Raises:
        Unreadable: There is no Y or N at its end.
    """
    found = (_LAST if lenient else _LETTER).search(text)
    if found is None:
        raise Unreadable("it does not end with Y or N" if text.strip() else "it is empty")
    return found[1] == "Y", one_line(text[: found.start()].rstrip(" \n*_:#")) or "no reason given"
