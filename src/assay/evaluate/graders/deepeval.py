"""Grader ``deepeval``: a metric of DeepEval, with the suite's judge as its model."""

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

EXTRA = "deepeval"


@graders.register("deepeval")
def deepeval(
    *,
    bench: Bench,
    metric: str,
    arguments: dict[str, object] | None = None,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    query: str | None = None,
    context: str | None = None,
    judge: str | None = None,
) -> Grade:
    """Measures the reply with a metric of DeepEval for single turns.

    Args:
        bench: Has the models.
        metric: The metric's class, such as ``AnswerRelevancyMetric`` or ``GEval``.
        arguments: What it is made with, beside the threshold and the model.
        threshold: The score from which a reply passes.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        context: Where in the case to find the retrieved context, for metrics that need one.
        judge: The model that the metric asks, ``PROVIDER/MODEL``; the suite's judge without it.
    """
    module = borrow("deepeval.metrics", EXTRA)
    cases = borrow("deepeval.test_case", EXTRA)
    make = member(module, metric, "metric of DeepEval")
    borrowed = BorrowedJudge(bench, judge)
    model = _model(borrowed)
    given = {**_ready(cases, arguments or {}), "threshold": threshold}
    asks = "model" in _parameters(make)
    build(make, metric, {**given, "model": model} if asks else given)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        told: dict[str, object] = {"input": question_of(case, outcome, query), "actual_output": outcome.text}
        if (expected := as_text(case.expected)) is not None:
            told["expected_output"] = expected
        if context is not None or CONTEXT.partition(".")[2] in case.inputs:
            found = context_of(case, context or CONTEXT)
            told["retrieval_context"] = told["context"] = [found] if isinstance(found, str) else found

        def measure() -> tuple[object, str]:
            # One object a sample: it keeps the state of its last measurement.
            one: Any = make(**given, model=model) if asks else make(**given)
            asyncio.run(one.a_measure(cases.LLMTestCase(**told), _show_indicator=False))
            return one.score, str(one.reason or "")

        score, reason = await borrowed.run(metric, measure)
        return scored(metric, score, threshold=threshold, reason=reason)

    return grade


def _parameters(make: Any) -> set[str]:
    names = make.__init__.__code__.co_varnames
    return set(names[: make.__init__.__code__.co_argcount + make.__init__.__code__.co_kwonlyargcount])


def _ready(cases: Any, arguments: dict[str, object]) -> dict[str, object]:
    """The arguments, with the names of a test case's parts as DeepEval's own constants."""
    parts = arguments.get("evaluation_params")
    if not isinstance(parts, list):
        return arguments
    constants = getattr(cases, "SingleTurnParams", None) or cases.LLMTestCaseParams
    return {**arguments, "evaluation_params": [constants(str(part)) for part in parts]}


def _model(borrowed: BorrowedJudge) -> object:
    """The judge in the form that DeepEval asks."""
    ancestor = borrow("deepeval.models", EXTRA).DeepEvalBaseLLM

    def reply(prompt: object, schema: Any) -> object:
        if schema is None:
            return borrowed.ask(("user", str(prompt)))
        text = borrowed.ask(("user", str(prompt)), schema=schema.model_json_schema())
        return schema.model_validate_json(_object(text))

    class Borrowed(ancestor):  # type: ignore[misc, valid-type]  # the class is known only when the package is there
        def load_model(self, *_: object, **__: object) -> object:
            return self

        def get_model_name(self, *_: object, **__: object) -> str:
            return borrowed.name

        def generate(self, prompt: object, schema: Any = None, **_: object) -> object:
            return reply(prompt, schema)

        async def a_generate(self, prompt: object, schema: Any = None, **_: object) -> object:
            return await asyncio.to_thread(reply, prompt, schema)

    made: object = Borrowed(model=borrowed.name)
    return made


def _object(text: str) -> str:
    """The JSON object in a reply that may have words or a fence around it."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
