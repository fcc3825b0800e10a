"""Grading against a rubric: the contract ``{reason, score, pass}``, which several graders share.

Each of them has its own prompt, and says what its judge can do beyond reading.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal

from assay.author.types import MISSING
from assay.core.errors import BadInput
from assay.engine.types import Outcome
from assay.evaluate.judging.identity import judged_by
from assay.evaluate.judging.judge import Answer, Judge, Question
from assay.evaluate.judging.prompt import JudgePrompt
from assay.evaluate.judging.reading import Rubric, read_rubric
from assay.evaluate.judging.transcript import conversation, question
from assay.evaluate.target import pick
from assay.evaluate.types import Case, Grade, Verdict

WANTED = 'one JSON object {"reason": "…", "score": 0.0, "pass": false} with a score from 0 to 1'

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string"},
        "score": {"type": "number"},
        "pass": {"type": "boolean"},
    },
    "required": ["reason", "score", "pass"],
    "additionalProperties": False,
}

ANSWER = (
    "Write your reasons first, in a few sentences. Then the score: 0 where nothing of the rubric is met, 1 where all "
    "of it is, and a number between for a part. Then whether the rubric is met on the whole. Answer with one JSON "
    'object and nothing around it: {"reason": "…", "score": 0.0, "pass": false}'
)

Read = Callable[[str], Rubric]


def rubric_grade(
    asker: Judge, prompt: JudgePrompt, *, target: str, value: object, turn: Literal["last", "all"], read: Read
) -> Grade:
    """A grader that has a judge hold a reply, or a whole conversation, against a rubric.

    Args:
        asker: Who is asked.
        prompt: The grader's own prompt, with the places ``rubric``, ``output`` and ``input``.
        target: Where in the case to find the rubric.
        value: The rubric, the same for all cases, or ``MISSING``.
        turn: Whether the last reply alone is judged, or everything that was said.
        read: Reads the judge's reply.
    """
    asked = Question(prompt=prompt, read=read, wanted=WANTED, schema=SCHEMA)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        rubric = pick(case, target, value)
        output = outcome.text if turn == "last" else conversation(outcome)
        values = {**case.inputs, "input": question(outcome), "output": output, "rubric": rubric}
        return rubric_verdict(await asker.ask(asked, values))

    return judged_by(grade, lambda: asker.identity(asked))


def rubric_verdict(answer: Answer[Rubric]) -> Verdict:
    """A judge's answer as a verdict."""
    found = answer.value
    return Verdict(found.score, found.passed, found.reason + answer.note, detail=answer.detail)


def reader(threshold: float | None, *, lenient: bool) -> Read:
    """Reads replies ``{reason, score, pass}``."""
    return partial(read_rubric, threshold=threshold, lenient=lenient)


def check_rubric(grader: str, value: object) -> None:
    """Refuse a rubric that says nothing.

    Raises:
        BadInput: It is empty.
    """
    if value is not MISSING and (value is None or (isinstance(value, str) and not value.strip())):
        raise BadInput(
            f"the rubric of the grader {grader!r} is empty",
            hint="say in a sentence what a good reply does",
            code="grader.value",
        )
