"""Grader ``pairwise``: a judge compares the reply with another one, in both orders."""

import asyncio
from typing import Literal, NamedTuple

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.identity import judged_by
from assay.evaluate.judging.judge import IDENTITY, Question, make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable, reason_of, the_one
from assay.evaluate.judging.transcript import question
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict
from assay.stats.verdict_order import canonical

PROMPT = own(
    f"You compare two replies to the same request and say which is better. {FENCED}\n\n"
    "The INPUT is the request, FIRST and SECOND are the replies, and CRITERIA says what counts. The order of the two "
    "says nothing, nor does their length. Say 'tie' where neither is better. Answer with one JSON object and nothing "
    'around it: {"reason": "why, in a sentence or two", "better": "first"}',
    "{{ input }}\n\n{{ criteria }}\n\n{{ first }}\n\n{{ second }}",
)
WANTED = 'one JSON object {"reason": "…", "better": "first"} with first, second or tie'
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "better": {"type": "string", "enum": ["first", "second", "tie"]}},
    "required": ["reason", "better"],
    "additionalProperties": False,
}
_WORTH = {"first": 1.0, "tie": 0.5, "second": 0.0}


class Better(NamedTuple):
    """Which of the two as they were shown, and why."""

    which: str
    reason: str


@graders.register("pairwise")
def pairwise(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | Missing = MISSING,
    criteria: str = "Which reply serves the person who asked better: right, complete, and to the point?",
    wins: Literal["better", "not-worse"] = "not-worse",
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Asks a judge twice, with the two replies in either order.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the other reply.
        value: The other reply, the same for all cases, instead.
        criteria: What counts.
        wins: Whether a tie passes (``not-worse``) or not (``better``).
        judge: The model that is asked; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
    """
    asker = make_judge("pairwise", bench, judge=judge, prompts={"": rubric_prompt})
    asked = Question(prompt=PROMPT, read=read_better, wanted=WANTED, schema=SCHEMA)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        other = pick_text(case, target, value)
        usual = {**case.inputs, "input": question(outcome), "criteria": criteria}
        there, back = await asyncio.gather(
            asker.ask(asked, {**usual, "first": outcome.text, "second": other}),
            asker.ask(asked, {**usual, "first": other, "second": outcome.text}),
        )
        says = [canonical(there.value.which, swapped=False), canonical(back.value.which, swapped=True)]
        flipped = says[0] != says[1]
        result = "tie" if flipped else says[0]
        score = _WORTH[result]
        told = {"first": "better than the other", "second": "worse than the other", "tie": "as good as the other"}[
            result
        ]
        why = f"{told}, in both orders: {there.value.reason}"
        if flipped:
            why = f"a tie, as the two orders disagree ({says[0]}, then {says[1]}): {there.value.reason}"
        detail: dict[str, object] = {
            "judge": there.model,
            "judge_calls": there.calls + back.calls,
            IDENTITY: there.identity,
            "orders": says,
            "shown_first_wins": [there.value.which == "first", back.value.which == "first"],
            "flipped": flipped,
        }
        passed = score >= 0.5 if wins == "not-worse" else score == 1.0
        return Verdict(score, passed, why, named={"pairwise-flipped": float(flipped)}, detail=detail)

    return judged_by(grade, lambda: asker.identity(asked))


def read_better(text: str) -> Better:
    """Which of the two a judge's reply says is better.

    Raises:
        Unreadable: It does not say.
    """
    found = the_one(text, "better")
    which = None if found is None else found["better"]
    if not isinstance(which, str) or which.strip().casefold() not in _WORTH:
        raise Unreadable("its 'better' is not first, second or tie" if found else "there is no 'better' in it")
    return Better(which.strip().casefold(), reason_of(found or {}) or "the judge gave no reason")
