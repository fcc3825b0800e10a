"""Grader ``inspect-scorer``: a scorer of Inspect, with the suite's judge as its model."""

import asyncio
import inspect
from typing import Annotated, Any

import msgspec

from assay.engine.types import Outcome
from assay.evaluate.adapters.borrowed import BorrowedJudge, borrow, build, member
from assay.evaluate.adapters.inspect_model import EXTRA, inspect_model
from assay.evaluate.adapters.inspect_score import verdict_of
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.passages import question_of
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("inspect-scorer")
def inspect_scorer(
    *,
    bench: Bench,
    scorer: str,
    arguments: dict[str, object] | None = None,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0,
    target: str = "expected",
    query: str | None = None,
    judge: str | None = None,
) -> Grade:
    """Scores the reply as Inspect would.

    Args:
        bench: Has the models.
        scorer: A scorer of ``inspect_ai.scorer``, such as ``includes``, or ``MODULE:NAME`` of an installed package.
        arguments: What the scorer is made with.
        threshold: The score from which a reply passes; Inspect's C, P, I and N are 1, 0.5, 0 and 0.
        target: Where in the case to find what the scorer compares with.
        query: Where in the case to find the question; without it ``inputs.query``, or the user's last message.
        judge: The model that the scorer asks, ``PROVIDER/MODEL``; the suite's judge without it.
    """
    place, _, name = scorer.rpartition(":")
    make = member(borrow(place or "inspect_ai.scorer", EXTRA), name, "scorer of Inspect")
    borrowed = BorrowedJudge(bench, judge)
    given = dict(arguments or {})
    if "model" in inspect.signature(make).parameters and "model" not in given:
        given["model"] = inspect_model(judge or "judge", lambda said, _, __: borrowed.reply(said))
    score: Any = build(make, name, given)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        state, wanted = _state(question_of(case, outcome, query), pick_text(case, target), case, outcome)
        found = await borrowed.run(name, lambda: asyncio.run(score(state, wanted)))
        return verdict_of(name, found, threshold=threshold)

    return grade


def _state(question: str, target: str, case: Case, outcome: Outcome) -> tuple[object, object]:
    """The sample as Inspect's scorers see one."""
    models = borrow("inspect_ai.model", EXTRA)
    wanted = borrow("inspect_ai.scorer", EXTRA).Target(target)
    name = models.ModelName(f"assay/{outcome.replies[-1].model if outcome.replies else 'model'}")
    said = [models.ChatMessageUser(content=question), models.ChatMessageAssistant(content=outcome.text)]
    state = borrow("inspect_ai.solver", EXTRA).TaskState(
        model=name,
        sample_id=case.id,
        epoch=1,
        input=question,
        messages=said,
        target=wanted,
        output=models.ModelOutput.from_content(str(name), outcome.text),
        metadata={**case.inputs, **case.tags},
        completed=True,
    )
    return state, wanted
