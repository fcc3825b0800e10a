"""Grader ``answer-relevance``: questions that the reply would answer are like the question that was asked.

Source:
    S. Es et al., "RAGAs: automated evaluation of retrieval augmented generation", EACL 2024, section 3.
"""

from typing import Annotated

import msgspec

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.passages import question_of
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.measures.vector import cosine
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import one_line

PROMPT = own(
    f"You guess the question from its answer. {FENCED}\n\n"
    "Write the one question that the ANSWER answers best, in the language of the answer, as the person would have put "
    "it who asked. Write the question alone.",
    "{{ answer }}",
)


@graders.register("answer-relevance")
def answer_relevance(
    *,
    bench: Bench,
    query: str | None = None,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    questions: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3,
    judge: str | dict[str, object] | None = None,
    embeddings: str | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
) -> Grade:
    """Has a model make questions from the reply, and compares their vectors with the one of the real question.

    Args:
        bench: Has the models and the project's files.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        threshold: The lowest mean cosine that passes.
        questions: How many questions are made.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        embeddings: Who makes the vectors, ``PROVIDER/MODEL``; without it the embedded encoder.
        rubric_prompt: The prompt for them, in place of the one here.
    """
    bench.expect_vectors(embeddings)
    asker = make_judge("answer-relevance", bench, judge=judge, prompts={"": rubric_prompt})
    asked = Question(prompt=PROMPT, read=read_question, wanted="the question alone")

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        real = question_of(case, outcome, query)
        values = {**case.inputs, "answer": outcome.text}
        made = [(await asker.ask(asked, values, repeat=i)).value for i in range(questions)]
        first, *others = await bench.embed([real, *made], model=embeddings)
        if any(len(other) != len(first) for other in others):
            raise GraderFailed(
                "the vectors are not all of one length", hint="name another embeddings model", code="grader.vectors"
            )
        near = [cosine(first, other) for other in others]
        mean = min(1.0, max(0.0, sum(near) / len(near)))
        nearest = made[near.index(max(near))]
        reason = (
            f"the questions it answers are {mean:.2f} like the one asked; the nearest is {one_line(nearest, 120)!r}"
        )
        detail: dict[str, object] = {
            "questions": [{"question": text, "similarity": score} for text, score in zip(made, near, strict=True)]
        }
        return Verdict(mean, mean >= threshold - 1e-12, reason, detail=detail)

    return grade


def read_question(text: str) -> str:
    """The question that a model made.

    Raises:
        Unreadable: It is empty.
    """
    if not text.strip():
        raise Unreadable("it is empty")
    return text.strip()
