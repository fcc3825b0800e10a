"""Grader ``g-eval``: a model makes a list of steps from a criterion, and scores the reply by it.

Source:
    Y. Liu et al., "G-Eval: NLG evaluation using GPT-4 with better human alignment", EMNLP 2023. The score here is
    the judge's own number, not weighted by token probabilities, which few providers tell.
"""

from typing import Annotated, NamedTuple

import msgspec

from assay.author.types import MISSING, Missing
from assay.core.errors import BadInput, GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Judge, Question, make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable, as_number, objects, reason_of, the_one
from assay.evaluate.judging.transcript import question
from assay.evaluate.target import pick
from assay.evaluate.types import Case, Grade, Verdict

MAX_SCORE = 10

STEPS_PROMPT = own(
    f"You plan how a text will be judged by one criterion. {FENCED}\n\n"
    "Write three or four short steps that a careful reader would take to judge any text by the CRITERIA, each "
    "something to look at or to compare. Answer with one JSON object on one line and nothing around it: "
    '{"steps": ["…", "…"]}',
    "{{ criteria }}",
)
SCORE_PROMPT = own(
    f"You judge what a program has written by one criterion. {FENCED}\n\n"
    "The INPUT is what the program was asked, the OUTPUT is what it wrote. Go through the STEPS one after the other. "
    "Say in the reason what you found, with the words that it rests on; then give a whole number from 0, where the "
    "criterion is not met at all, to {{ maxScore }}, where it is met fully. Answer with one JSON object on one line "
    'and nothing around it: {"reason": "…", "score": 7}',
    "{{ criteria }}\n\n{{ steps }}\n\n{{ input }}\n\n{{ output }}",
)

STEPS_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"steps": {"type": "array", "items": {"type": "string"}}},
    "required": ["steps"],
    "additionalProperties": False,
}
SCORE_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "score": {"type": "number"}},
    "required": ["reason", "score"],
    "additionalProperties": False,
}


class Scored(NamedTuple):
    """A score in [0, 1], and why."""

    score: float
    reason: str


@graders.register("g-eval")
def g_eval(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | list[str] | dict[str, str] | Missing = MISSING,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.7,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: dict[str, object] | None = None,
) -> Grade:
    """Asks a judge for steps, once for each criterion, and then for a score, once for each reply.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the criterion or criteria.
        value: The same for all cases, instead: one, a list, or a mapping of names to criteria.
        threshold: The lowest mean score that passes.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: ``steps`` and ``evaluate``: the judge's prompts, in place of the two here.
    """
    if value is not MISSING and not value:
        raise BadInput("the grader 'g-eval' has no criterion", hint="write at least one", code="grader.value")
    asker = make_judge("g-eval", bench, judge=judge, prompts=_parts(rubric_prompt))

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        criteria = _criteria(case, pick(case, target, value))
        found = {name: await _score(asker, criterion, case, outcome) for name, criterion in criteria.items()}
        mean = sum(one.score for one in found.values()) / len(found)
        reason = " ".join(_said(name, one) for name, one in found.items())
        named = {name: one.score for name, one in found.items() if name.strip()}
        return Verdict(mean, mean >= threshold, reason, named=named)

    return grade


def _parts(given: dict[str, object] | None) -> dict[str, object]:
    for name in given or {}:
        if name not in ("steps", "evaluate"):
            raise BadInput(
                f"the grader 'g-eval' has no prompt {name!r}",
                hint="its prompts are 'steps' and 'evaluate'",
                code="grader.rubric_prompt",
            )
    return dict(given or {})


def _criteria(case: Case, found: object) -> dict[str, str]:
    """Criteria by name; those of a list, and one alone, have none that is worth showing."""
    if isinstance(found, str):
        return {"": found}
    named = found if isinstance(found, dict) else {}
    if isinstance(found, list):
        named = {" " * i: criterion for i, criterion in enumerate(found)}
    if not named or not all(isinstance(c, str) and c.strip() for c in named.values()):
        raise GraderFailed(
            f"the case {case.id!r} has no criterion for 'g-eval'",
            hint="write a text, a list of texts, or a mapping of names to texts",
            code="grader.target_type",
            where=case.where,
        )
    return {str(name): criterion for name, criterion in named.items()}


def _said(name: str, one: Scored) -> str:
    return f"{name}: {one.score:.2f}, {one.reason}" if name.strip() else one.reason


async def _score(asker: Judge, criterion: str, case: Case, outcome: Outcome) -> Scored:
    steps = await asker.ask(
        Question(prompt=STEPS_PROMPT, read=read_steps, wanted='one JSON object {"steps": ["…"]}', schema=STEPS_SCHEMA),
        {"criteria": criterion},
        part="steps",
    )
    values = {
        **case.inputs,
        "criteria": criterion,
        "steps": "\n- ".join(steps.value),
        "maxScore": MAX_SCORE,
        "input": question(outcome),
        "output": outcome.text,
    }
    asked = Question(
        prompt=SCORE_PROMPT, read=read_score, wanted='one JSON object {"reason": "…", "score": 7}', schema=SCORE_SCHEMA
    )
    answer = await asker.ask(asked, values, part="evaluate")
    return Scored(answer.value.score, answer.value.reason + answer.note)


def read_steps(text: str) -> list[str]:
    """The steps in a judge's reply.

    Raises:
        Unreadable: There are none, or they are not texts.
    """
    steps = next((found["steps"] for found in objects(text) if "steps" in found), None)
    if not isinstance(steps, list) or not steps or not all(isinstance(step, str) and step.strip() for step in steps):
        raise Unreadable("there is no list of steps in it")
    return [str(step) for step in steps]


def read_score(text: str) -> Scored:
    """The score in a judge's reply, out of ``MAX_SCORE``, as one in [0, 1].

    Raises:
        Unreadable: There is none from 0 to ``MAX_SCORE``, or no reason beside it.
    """
    found = the_one(text, "score")
    if found is None:
        raise Unreadable("there is no 'score' in it")
    score, reason = as_number(found["score"]), reason_of(found)
    if score is None or not 0 <= score <= MAX_SCORE:
        raise Unreadable(f"its 'score' is not a number from 0 to {MAX_SCORE}")
    if not reason:
        raise Unreadable("it gives no reason")
    return Scored(score / MAX_SCORE, reason)
