"""Grader ``context-relevance``: how much of the retrieved context is needed to answer the question."""

import re
from functools import partial
from typing import Annotated

import msgspec

from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.numbered import numbered_schema, read_numbered, share, wanted
from assay.evaluate.judging.passages import CONTEXT, context_of, joined, question_of, sentences, units
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.types import Case, Grade, Verdict

PROMPT = own(
    f"You sort out what in a context bears on a question. {FENCED}\n\n"
    "For each numbered piece of the CONTEXT say whether it is needed to answer the QUERY: does it hold the answer, a "
    "part of it, or something that the answer rests on? To be about the same matter is not enough. Answer with one "
    'JSON object and nothing around it: {"pieces": [{"number": 1, "relevant": true}]}, with an entry for each number.',
    "{{ query }}\n\n{{ pieces }}",
)
INSUFFICIENT = "insufficient information"

_ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*])\s*")


@graders.register("context-relevance")
@answers_absence
def context_relevance(
    *,
    bench: Bench,
    query: str | None = None,
    context: str = CONTEXT,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Asks a judge of each piece of the context whether it is needed.

    Args:
        bench: Has the models and the project's files.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        context: Where in the case to find the context, a text or a list of passages.
        threshold: The lowest share of needed pieces that passes.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
    """
    asker = make_judge("context-relevance", bench, judge=judge, prompts={"": rubric_prompt})

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        found = context_of(case, context)
        pieces = units(found)
        asked = Question(
            prompt=PROMPT,
            read=partial(read_share, context=found),
            wanted=wanted("pieces", "relevant"),
            schema=numbered_schema("pieces", "relevant"),
        )
        values = {
            **case.inputs,
            "query": question_of(case, outcome, query),
            "context": joined(found),
            "pieces": pieces,
        }
        answer = await asker.ask(asked, values)
        score = answer.value
        reason = f"{round(score * len(pieces))} of {len(pieces)} pieces of the context are needed"
        return Verdict(score, score >= threshold - 1e-12, reason + answer.note, detail=answer.detail)

    return grade


def read_share(text: str, context: str | list[str]) -> float:
    """The share of needed pieces by a judge's reply: verdicts by number, or the needed pieces themselves, quoted.

    Raises:
        Unreadable: There is neither.
    """
    total = len(units(context))
    try:
        return share(read_numbered(text, "pieces", "relevant", total))
    except Unreadable:
        if '"pieces"' in text or not text.strip():
            raise
    if INSUFFICIENT in text.lower():
        return 0.0
    lines = isinstance(context, list) or len([line for line in context.split("\n") if line.strip()]) > 1
    quoted = dict.fromkeys([line for line in text.split("\n") if line.strip()] if lines else sentences(text))
    if not any(_plain(piece) in _plain(joined(context)) for piece in quoted):
        raise Unreadable("it neither numbers nor quotes the pieces of the context")
    return min(len(quoted), total) / total


def _plain(text: str) -> str:
    return " ".join(_ITEM.sub("", text).lower().split())
