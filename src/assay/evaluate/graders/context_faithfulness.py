"""Grader ``context-faithfulness``: what the reply claims is supported by the retrieved context."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Judge, Question, make_judge
from assay.evaluate.judging.numbered import named, numbered_schema, read_numbered, read_texts, wanted
from assay.evaluate.judging.passages import CONTEXT, context_of, joined, question_of
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.types import Case, Grade, Verdict

CLAIMS_PROMPT = own(
    f"You take an answer apart into what it claims. {FENCED}\n\n"
    "List every claim of fact in the ANSWER, each as one short sentence that can be understood by itself: put names in "
    "the place of words such as it or they. Leave out greetings, questions and offers of help, and add nothing. Answer "
    'with one JSON object and nothing around it: {"claims": ["…", "…"]}; an answer that claims nothing has an empty '
    "list.",
    "{{ question }}\n\n{{ answer }}",
)
VERDICTS_PROMPT = own(
    f"You look up claims in a context. {FENCED}\n\n"
    "For each numbered claim of STATEMENTS say whether the CONTEXT alone supports it: all that it says must stand "
    "there or follow from what stands there. What you know from elsewhere does not count, and neither does what is "
    'merely likely. Answer with one JSON object and nothing around it: {"verdicts": [{"number": 1, "supported": '
    "true}]}, with an entry for each number.",
    "{{ context }}\n\n{{ statements }}",
)
CLAIMS_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"claims": {"type": "array", "items": {"type": "string"}}},
    "required": ["claims"],
    "additionalProperties": False,
}

_FINAL = "final verdict for each statement in order:"
_WORD = re.compile(r"\b(yes|no)\b")


@graders.register("context-faithfulness")
def context_faithfulness(
    *,
    bench: Bench,
    query: str | None = None,
    context: str = CONTEXT,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: list[object] | None = None,
    lenient: bool = False,
) -> Grade:
    """Has a judge list the reply's claims, and then say of each whether the context supports it.

    Args:
        bench: Has the models and the project's files.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        context: Where in the case to find the context, a text or a list of passages.
        threshold: The lowest share of supported claims that passes.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: Two prompts, for the claims and for the verdicts, in place of the two here.
        lenient: Take the lines of a reply without an object as claims, as promptfoo does, and a prompt of one's own.
    """
    given = dict(zip(("claims", "verdicts"), rubric_prompt or (), strict=False))
    asker = make_judge("context-faithfulness", bench, judge=judge, prompts=given)
    lines = lenient or "claims" in given

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        values = {**case.inputs, "question": question_of(case, outcome, query), "answer": outcome.text}
        claims = await _claims(asker, values, lines=lines)
        if not claims:
            raise GraderFailed(
                "the reply makes no claim that the context could support",
                hint="grade refusals and questions back by other means, such as the contract's ways out",
                code="grader.no_claims",
            )
        asked = Question(
            prompt=VERDICTS_PROMPT,
            read=partial(read_verdicts, count=len(claims)),
            wanted=wanted("verdicts", "supported"),
            schema=numbered_schema("verdicts", "supported"),
        )
        context_text = joined(context_of(case, context))
        values |= {"context": context_text, "statements": claims}
        answer = await asker.ask(asked, values, part="verdicts")
        score = supported(answer.value, len(claims))
        reason = f"the context supports {sum(answer.value)} of {len(claims)} claims"
        told: list[object] = []
        if len(answer.value) == len(claims):
            told = [{"claim": claim, "supported": verdict} for claim, verdict in zip(claims, answer.value, strict=True)]
            reason += f", not {named(answer.value, claims, which=False)}" if score < 1 else ""
        detail = {**answer.detail, "claims": told}
        return Verdict(score, score >= threshold - 1e-12, reason + answer.note, detail=detail)

    return grade


async def _claims(asker: Judge, values: dict[str, object], *, lines: bool) -> list[str]:
    asked = Question(
        prompt=CLAIMS_PROMPT,
        read=partial(read_claims, lines=lines),
        wanted='one JSON object {"claims": ["…"]}',
        schema=CLAIMS_SCHEMA,
    )
    return (await asker.ask(asked, values, part="claims")).value


def read_claims(text: str, *, lines: bool = False) -> list[str]:
    """The claims in a judge's reply; those of a reply without a JSON object are its lines, where that is allowed.

    Raises:
        Unreadable: There are none to be read.
    """
    if lines and '"claims"' not in text:
        found = [line.strip() for line in text.splitlines() if line.strip()]
        if found:
            return found
    return read_texts(text, "claims")


def read_verdicts(text: str, count: int) -> list[bool]:
    """The verdicts in a judge's reply: by number, or promptfoo's ``Verdict: yes`` and ``Final verdict …: Yes. No.``

    Raises:
        Unreadable: There are none.
    """
    try:
        return read_numbered(text, "verdicts", "supported", count)
    except Unreadable:
        found = _in_words(text.lower())
        if not found:
            raise
    return found


def supported(verdicts: Sequence[bool], count: int) -> float:
    """The share of claims that have support: a claim without a verdict has none, and a verdict too many takes away."""
    lacking = verdicts.count(False) + max(0, count - len(verdicts))
    return max(0.0, 1 - lacking / count)


def _in_words(text: str) -> list[bool]:
    _, final, rest = text.partition(_FINAL)
    if final:
        parts = [part for part in rest.split(".") if part.strip()]
        return ["yes" in part for part in parts] if all(_WORD.search(part) for part in parts) else []
    return [word == "yes" for word in re.findall(r"verdict: (yes|no)", text)]
