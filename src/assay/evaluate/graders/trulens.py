"""Grader ``trulens``: a feedback function of TruLens, with the suite's judge as its provider."""

from typing import Annotated, Any

import msgspec

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.adapters.borrowed import BorrowedJudge, borrow, member, scored
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.passages import CONTEXT, context_of, joined, question_of
from assay.evaluate.types import Case, Grade, Verdict
from assay.models.types import Role

EXTRA = "trulens"


@graders.register("trulens")
def trulens(
    *,
    bench: Bench,
    function: str,
    arguments: dict[str, object] | None = None,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
    query: str | None = None,
    context: str = CONTEXT,
    judge: str | None = None,
) -> Grade:
    """Scores the reply with a feedback function of TruLens.

    Args:
        bench: Has the models.
        function: The function of TruLens' ``LLMProvider``, such as ``relevance_with_cot_reasons``.
        arguments: What it is given beside the texts.
        threshold: The score from which a reply passes.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        context: Where in the case to find the retrieved context, for functions that need one.
        judge: The model that the function asks, ``PROVIDER/MODEL``; the suite's judge without it.
    """
    ancestor = borrow("trulens.feedback", EXTRA).LLMProvider
    member(ancestor, function, "feedback function of TruLens")
    borrowed = BorrowedJudge(bench, judge)
    provider = _provider(ancestor, borrowed)
    wanted = _texts_of(getattr(ancestor, function))

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        texts = [_text(name, case, outcome, query=query, context=context) for name in wanted]
        call = getattr(provider, function)
        found = await borrowed.run(function, lambda: call(*texts, **(arguments or {})))
        score, reasons = found if isinstance(found, tuple) else (found, {})
        return scored(function, score, threshold=threshold, reason=_reason(reasons))

    return grade


_REPLY = {"response", "text", "statement", "answer"}
_QUESTION = {"prompt", "question"}
_SOURCE = {"source", "context"}


def _texts_of(function: Any) -> list[str]:
    """The names of the texts that the function takes, in order."""
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    return [name for name in names if name in _REPLY | _QUESTION | _SOURCE]


def _text(name: str, case: Case, outcome: Outcome, *, query: str | None, context: str) -> str:
    if name in _REPLY:
        return outcome.text
    return question_of(case, outcome, query) if name in _QUESTION else joined(context_of(case, context))


def _reason(reasons: object) -> str:
    if isinstance(reasons, dict):
        return "; ".join(str(one) for one in reasons.values())
    return str(reasons or "")


def _provider(ancestor: Any, borrowed: BorrowedJudge) -> object:
    """The judge in the form that TruLens asks."""
    roles: dict[str, Role] = {"system": "system", "assistant": "assistant"}

    class Borrowed(ancestor):  # type: ignore[misc]  # the class is known only when the package is there
        def _create_chat_completion(
            self, prompt: str | None = None, messages: Any = None, response_format: Any = None, **_: object
        ) -> str:
            said = [(roles.get(m["role"], "user"), str(m["content"])) for m in messages or ()]
            if prompt is not None:
                said.append(("user", prompt))
            if not said:
                raise GraderFailed("TruLens asks nothing", code="grader.borrowed")
            schema = response_format.model_json_schema() if response_format is not None else None
            return borrowed.ask(*said, schema=schema)

    places = borrow("trulens.core.feedback.endpoint", EXTRA)

    class Unpaced(places.Endpoint):  # type: ignore[misc, name-defined]  # as above
        def run_in_pace(self, func: Any, *arguments: object, **more: object) -> object:
            return func(*arguments, **more)  # our client paces its calls and tries again by itself

    made: object = Borrowed(
        model_engine=borrowed.name, endpoint=Unpaced(name="assay", callback_class=places.EndpointCallback)
    )
    return made
