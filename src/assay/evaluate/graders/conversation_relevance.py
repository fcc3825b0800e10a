"""Grader ``conversation-relevance``: each answer of a conversation belongs to what was said before it."""

from typing import Annotated, NamedTuple

import msgspec

from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable, reason_of, the_one
from assay.evaluate.judging.transcript import turns
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import one_line

PROMPT = own(
    f"You read a part of a conversation and judge its last answer alone. {FENCED}\n\n"
    "Does the last answer in MESSAGES take up what the person said, seen with all that came before? A greeting, a "
    "question back and a refusal with a reason belong to the conversation; an answer to another question, or one that "
    'ignores what is known by now, does not. Answer with one JSON object and nothing around it: {"reason": "…", '
    '"verdict": "yes"}, where the verdict is "yes" or "no".',
    "{{ messages }}",
)
WANTED = 'one JSON object {"reason": "…", "verdict": "yes"}, where the verdict is "yes" or "no"'

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "verdict": {"type": "string", "enum": ["yes", "no"]}},
    "required": ["reason", "verdict"],
    "additionalProperties": False,
}


class Relevance(NamedTuple):
    """Whether an answer belongs, and why."""

    relevant: bool
    reason: str


@graders.register("conversation-relevance")
def conversation_relevance(
    *,
    bench: Bench,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    window_size: Annotated[int, msgspec.Meta(ge=1)] = 5,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Asks a judge once for each turn, with a window of the turns before it.

    Args:
        bench: Has the models and the project's files.
        threshold: The lowest share of relevant answers that passes.
        window_size: How many turns a window has, the one that is judged included.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
    """
    asker = make_judge("conversation-relevance", bench, judge=judge, prompts={"": rubric_prompt})
    asked = Question(prompt=PROMPT, read=read_relevance, wanted=WANTED, schema=SCHEMA)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        said = turns(case, outcome)
        found: list[Relevance] = []
        for i in range(len(said)):
            window = said[max(0, i + 1 - window_size) : i + 1]
            messages = [{"input": turn.asked, "output": turn.answered} for turn in window]
            found.append((await asker.ask(asked, {**case.inputs, "messages": messages})).value)
        score = sum(one.relevant for one in found) / len(found)
        return Verdict(score, score >= threshold - 1e-12, _reason(found))

    return grade


def read_relevance(text: str) -> Relevance:
    """The verdict in a judge's reply.

    Raises:
        Unreadable: There is none, or it is neither yes nor no.
    """
    found = the_one(text, "verdict")
    if found is None:
        raise Unreadable("there is no 'verdict' in it" if text.strip() else "it is empty")
    verdict = str(found["verdict"]).strip().lower()
    if verdict not in ("yes", "no"):
        raise Unreadable("its 'verdict' is neither yes nor no")
    return Relevance(verdict == "yes", reason_of(found))


def _reason(found: list[Relevance]) -> str:
    off = [(i, one.reason) for i, one in enumerate(found, 1) if not one.relevant]
    said = f"{len(found) - len(off)} of {len(found)} answers take up what was said"
    if not off:
        return said
    return (
        said
        + "; "
        + "; ".join(f"not the one of turn {i}: {one_line(why or 'no reason given', 200)}" for i, why in off[:3])
    )
