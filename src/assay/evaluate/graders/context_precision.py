"""Grader ``context-precision``: the passages that help stand before those that do not.

Source:
    The mean of the precision at each place that holds a useful passage: average precision, as in C. D. Manning,
    P. Raghavan and H. Schütze, "Introduction to Information Retrieval", 2008, section 8.4.
"""

from functools import partial
from typing import Annotated

import msgspec

from assay.author.types import MISSING, Missing
from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.numbered import numbered_schema, read_numbered, wanted
from assay.evaluate.judging.passages import CONTEXT, context_of, question_of
from assay.evaluate.judging.prompt import own
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict

PROMPT = own(
    f"You judge what a search has found. {FENCED}\n\n"
    "For each numbered passage say whether it helps to arrive at the GROUND TRUTH as the answer to the QUERY: does it "
    "hold a part of that answer? Judge each passage by itself. Answer with one JSON object and nothing around it: "
    '{"passages": [{"number": 1, "useful": true}]}, with an entry for each number.',
    "{{ query }}\n\n{{ ground_truth }}\n\n{{ passages }}",
)


@graders.register("context-precision")
@answers_absence
def context_precision(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | Missing = MISSING,
    query: str | None = None,
    context: str = CONTEXT,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Asks a judge which passages help, and scores their order.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the right answer.
        value: The same for all cases, instead.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        context: Where in the case to find the passages, a list, the best first.
        threshold: The lowest average precision that passes.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
    """
    asker = make_judge("context-precision", bench, judge=judge, prompts={"": rubric_prompt})

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        passages = context_of(case, context)
        if isinstance(passages, str):
            raise GraderFailed(
                f"{context!r} of the case {case.id!r} is one text, and has no order to be judged",
                hint="give the passages as a list, the best first",
                code="grader.context",
                where=case.where,
            )
        asked = Question(
            prompt=PROMPT,
            read=partial(read_numbered, key="passages", flag="useful", count=len(passages)),
            wanted=wanted("passages", "useful"),
            schema=numbered_schema("passages", "useful"),
        )
        values = {
            **case.inputs,
            "query": question_of(case, outcome, query),
            "ground_truth": pick_text(case, target, value),
            "passages": passages,
        }
        answer = await asker.ask(asked, values)
        useful = answer.value
        score = average_precision(useful)
        places = ", ".join(str(place) for place, yes in enumerate(useful, 1) if yes) or "none"
        reason = f"of {len(passages)} passages these help: {places}"
        detail = {**answer.detail, "useful": useful}
        return Verdict(score, score >= threshold - 1e-12, reason + answer.note, detail=detail)

    return grade


def average_precision(useful: list[bool]) -> float:
    """The mean of the precision at each useful place; 0 when none is useful."""
    hits, total = 0, 0.0
    for place, yes in enumerate(useful, 1):
        hits += yes
        total += hits / place if yes else 0.0
    return total / hits if hits else 0.0
