"""Grader ``judge``: a prompt of the project judges the reply; one model, or several that vote."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from assay.author.types import MISSING, Missing
from assay.core.errors import BadInput
from assay.engine.types import Checked, Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.identity import joint_identity, judged_by
from assay.evaluate.judging.judge import IDENTITY, Answer, Judge, Question
from assay.evaluate.judging.scale import Scale, Scored, check_scale
from assay.evaluate.judging.transcript import conversation, question
from assay.evaluate.judging.version import VersionedPrompt, versioned_judge
from assay.evaluate.target import pick
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import one_line


@graders.register("judge")
def judge(  # noqa: PLR0913  # each argument is a setting
    *,
    bench: Bench,
    prompt: str,
    target: str = "expected",
    value: str | list[object] | dict[str, object] | Missing = MISSING,
    bar: float = 0.5,
    scores: dict[str, float] | None = None,
    criteria: list[str] | dict[str, float] | None = None,
    points: float = 1.0,
    every: bool = True,
    agrees: bool = False,
    judge: str | dict[str, object] | None = None,
    panel: list[str | dict[str, object]] | None = None,
    vote: Literal["majority", "mean"] = "majority",
) -> Grade:
    """Asks a prompt version, and reads the reply by its contract.

    Args:
        bench: Has the models and the project's files.
        prompt: The judge's prompt: a path, or a name, with a version or without.
        target: Where in the case to find what is expected, for prompts with an input ``expected`` or ``rubric``.
        value: The same for all cases, instead.
        bar: The lowest score that passes.
        scores: What each choice of the contract is worth.
        criteria: The keys of a JSON reply that are scored one by one; with weights or without.
        points: The most points that a number in the reply may have.
        every: Whether each criterion has to reach the bar, and not only their mean.
        agrees: Whether the judge answers the same question by itself, and passes a reply that is what it says.
        judge: The model that is asked; the prompt's own without it, or the suite's judge.
        panel: Several models that are all asked.
        vote: How a panel comes to its verdict.
    """
    if not 0 <= bar <= 1:
        raise BadInput(f"the bar is {bar:g}", hint="write a number in [0, 1]", code="grader.bar")
    if points <= 0:
        raise BadInput(f"the points are {points:g}", hint="write a number above 0", code="grader.points")
    if panel is not None and (judge is not None or len(panel) < 2):
        raise BadInput(
            "a panel is of two judges or more, and 'judge' is one",
            hint="list at least two models under 'panel', and leave 'judge' out",
            code="grader.panel",
        )
    models: list[str | dict[str, object] | None] = [*panel] if panel else [judge]
    asked = [versioned_judge("judge", bench, prompt, model) for model in models]
    version = asked[0][1].prompt
    assert isinstance(version, VersionedPrompt)
    contract = version.prompt.contract
    scale = Scale(
        scores=scores or {},
        choices=tuple(contract.choices) if contract is not None else (),
        criteria=dict.fromkeys(criteria, 1.0) if isinstance(criteria, list) else criteria or {},
        points=points,
        bar=bar,
        every=every,
    )
    if not agrees:
        check_scale(scale)
    wants_expected = bool({"expected", "rubric"} & set(version.prompt.inputs))

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        values = {**case.inputs, "input": question(outcome), "output": outcome.text}
        values["conversation"] = conversation(outcome)
        if wants_expected:
            values["expected"] = values["rubric"] = pick(case, target, value)
        answers = await asyncio.gather(
            *(_ask(asker, wanted, None if agrees else scale, values) for asker, wanted in asked)
        )
        return _one(*answers[0]) if panel is None else _panel(answers, vote, bar)

    return judged_by(grade, lambda: _identity(asked, alone=panel is None))


def _identity(asked: "Sequence[tuple[Judge, Question[Checked]]]", *, alone: bool) -> str:
    """The digest of the judge, or of all of the panel."""
    found = [asker.identity(wanted) for asker, wanted in asked]
    return found[0] if alone else joint_identity(found)


async def _ask(
    asker: Judge, wanted: "Question[Checked]", scale: Scale | None, values: dict[str, object]
) -> tuple[Answer[Scored], Scored]:
    version = wanted.prompt
    assert isinstance(version, VersionedPrompt)

    def read(text: str) -> Scored:
        found = version.read(text)
        if scale is None:
            same = found.text.strip() == str(values["output"]).strip()
            return Scored(float(same), same, f"by itself the judge says {one_line(found.text, 200)!r}")
        return scale.of(found.value, found.text)

    answer = await asker.ask(Question(prompt=version, read=read, wanted=wanted.wanted, schema=wanted.schema), values)
    return answer, answer.value


def _one(answer: Answer[Scored], found: Scored) -> Verdict:
    return Verdict(
        found.score, found.passed, found.reason + answer.note, named=dict(found.criteria), detail=answer.detail
    )


def _panel(answers: Sequence[tuple[Answer[Scored], Scored]], vote: str, bar: float) -> Verdict:
    """One verdict of several judges; each one's own is kept. As many passes as fails is no majority, and fails."""
    found = [scored for _, scored in answers]
    score = sum(one.score for one in found) / len(found)
    passes = sum(one.passed for one in found)
    passed = 2 * passes > len(found) if vote == "majority" else score >= bar
    names = list(found[0].criteria)
    votes = [
        {"judge": answer.model, "passed": one.passed, "score": one.score, "reason": one.reason}
        for answer, one in answers
    ]
    against = next((one.reason for one in found if one.passed is not passed), "")
    told = f"{passes} of {len(found)} judges pass it: {found[0].reason}"
    told += f"; against that: {against}" if against and against != found[0].reason else ""
    detail: dict[str, object] = {
        "judge": ", ".join(answer.model for answer, _ in answers),
        "judge_calls": sum(answer.calls for answer, _ in answers),
        "votes": votes,
        IDENTITY: joint_identity([answer.identity for answer, _ in answers]),
    }
    named = {name: sum(one.criteria[name] for one in found) / len(found) for name in names}
    return Verdict(score, passed, told, named=named, detail=detail)
