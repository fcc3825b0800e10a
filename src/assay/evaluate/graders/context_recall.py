"""Grader ``context-recall``: what the right answer says can be found in the retrieved context."""

from functools import partial
from typing import Annotated, NamedTuple

import msgspec

from assay.author.types import MISSING, Missing
from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.numbered import named, numbered_schema, read_numbered, share, wanted
from assay.evaluate.judging.passages import CONTEXT, context_of, joined, sentences
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict

PROMPT = own(
    f"You look up statements in a context. {FENCED}\n\n"
    "For each numbered statement of the GROUND TRUTH say whether the CONTEXT alone supports it: all that it says must "
    "stand there or follow from what stands there. What you know from elsewhere does not count. Answer with one JSON "
    'object and nothing around it: {"statements": [{"number": 1, "attributed": true}]}, with an entry for each number.',
    "{{ context }}\n\n{{ ground_truth }}",
)

_YES, _NO = "[attributed]", "[not attributed]"


class Found(NamedTuple):
    """A verdict on each statement, and the statements."""

    verdicts: list[bool]
    statements: list[str]


@graders.register("context-recall")
@answers_absence
def context_recall(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | Missing = MISSING,
    context: str = CONTEXT,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Asks a judge of each statement of the right answer whether the context supports it.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the right answer.
        value: The same for all cases, instead.
        context: Where in the case to find the context, a text or a list of passages.
        threshold: The lowest share of supported statements that passes.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
    """
    asker = make_judge("context-recall", bench, judge=judge, prompts={"": rubric_prompt})

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        truth = pick_text(case, target, value)
        statements = sentences(truth)
        if not statements:
            raise GraderFailed(
                f"the right answer of the case {case.id!r} is empty",
                hint="say in a sentence or more what the context shall hold",
                code="grader.target",
                where=case.where,
            )
        values = {
            **case.inputs,
            "context": joined(context_of(case, context)),
            "ground_truth": statements,
            "groundTruth": truth,
        }
        asked = Question(
            prompt=PROMPT,
            read=partial(read_statements, statements=statements),
            wanted=wanted("statements", "attributed"),
            schema=numbered_schema("statements", "attributed"),
        )
        answer = await asker.ask(asked, values)
        found = answer.value
        score = share(found.verdicts)
        reason = f"the context supports {sum(found.verdicts)} of {len(found.verdicts)} statements"
        if score < 1:
            reason += f", not {named(found.verdicts, found.statements, which=False)}"
        detail = {**answer.detail, "statements": _told(found)}
        return Verdict(score, score >= threshold - 1e-12, reason + answer.note, detail=detail)

    return grade


def read_statements(text: str, statements: list[str]) -> Found:
    """The verdicts in a judge's reply: by number, or as lines marked ``[Attributed]`` and ``[Not Attributed]``.

    Raises:
        Unreadable: There are none.
    """
    lines = [line.strip() for line in text.splitlines() if _YES in line.lower() or _NO in line.lower()]
    if lines and "{" not in text:
        return Found([_NO not in line.lower() for line in lines], lines)
    try:
        return Found(read_numbered(text, "statements", "attributed", len(statements)), statements)
    except Unreadable:
        if lines:
            return Found([_NO not in line.lower() for line in lines], lines)
        raise


def _told(found: Found) -> list[dict[str, object]]:
    return [
        {"statement": text, "attributed": verdict}
        for text, verdict in zip(found.statements, found.verdicts, strict=True)
    ]
