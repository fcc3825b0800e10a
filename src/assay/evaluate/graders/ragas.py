"""Grader ``ragas``: a metric of Ragas, with the suite's judge and embeddings as its models."""

import asyncio
from typing import Annotated, Any

import msgspec

from assay.engine.types import Outcome
from assay.evaluate.adapters.borrowed import BorrowedJudge, borrow, build, member, scored
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.passages import CONTEXT, context_of, question_of
from assay.evaluate.target import as_text
from assay.evaluate.types import Case, Grade, Verdict

EXTRA = "ragas"


@graders.register("ragas")
def ragas(
    *,
    bench: Bench,
    metric: str,
    arguments: dict[str, object] | None = None,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    query: str | None = None,
    context: str | None = None,
    judge: str | None = None,
) -> Grade:
    """Measures the reply with a metric of Ragas for single turns.

    Args:
        bench: Has the models.
        metric: The metric's class, such as ``Faithfulness`` or ``NonLLMStringSimilarity``.
        arguments: What it is made with, beside the model.
        threshold: The score from which a reply passes.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        context: Where in the case to find the retrieved context, for metrics that need one.
        judge: The model that the metric asks, ``PROVIDER/MODEL``; the suite's judge without it.
    """
    make = member(borrow("ragas.metrics", EXTRA), metric, "metric of Ragas")
    samples = borrow("ragas.dataset_schema", EXTRA)
    borrowed = BorrowedJudge(bench, judge)
    measured: Any = build(make, metric, arguments or {})
    if hasattr(measured, "llm"):
        measured.llm = _model(borrowed)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        told: dict[str, object] = {"user_input": question_of(case, outcome, query), "response": outcome.text}
        if (expected := as_text(case.expected)) is not None:
            told["reference"] = expected
        if context is not None or CONTEXT.partition(".")[2] in case.inputs:
            found = context_of(case, context or CONTEXT)
            told["retrieved_contexts"] = [found] if isinstance(found, str) else found
        sample = samples.SingleTurnSample(**told)
        score: object = await borrowed.run(metric, lambda: asyncio.run(measured.single_turn_ascore(sample)))
        return scored(metric, _plain(score), threshold=threshold, reason="")

    return grade


def _plain(score: object) -> object:
    """A number of another library as one of Python's own."""
    return score.item() if hasattr(score, "item") else score


def _model(borrowed: BorrowedJudge) -> object:
    """The judge in the form that Ragas asks."""
    ancestor = borrow("ragas.llms.base", EXTRA).BaseRagasLLM
    outputs = borrow("langchain_core.outputs", EXTRA)

    def reply(prompt: Any, n: int) -> object:
        text = borrowed.ask(("user", prompt.to_string()))
        return outputs.LLMResult(generations=[[outputs.Generation(text=text)] * n])

    class Borrowed(ancestor):  # type: ignore[misc, valid-type]  # the class is known only when the package is there
        def is_finished(self, response: object) -> bool:  # noqa: ARG002 - Ragas passes it
            return True

        def generate_text(self, prompt: Any, n: int = 1, **_: object) -> object:
            return reply(prompt, n)

        async def agenerate_text(self, prompt: Any, n: int = 1, **_: object) -> object:
            return await asyncio.to_thread(reply, prompt, n)

    made: object = Borrowed()
    return made
