"""Asking a judge: one question, its reply read, and asked once more when the reply cannot be read.

Whatever comes of it is a reading or ``GraderFailed``: a judge that refuses, fails or rambles gives no verdict,
and no verdict is never a pass. Which model answers, what it costs and that it is asked only once is the bench's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from assay.core.errors import BadInput, GraderFailed, unknown_name
from assay.core.fields import describe
from assay.evaluate.bench import Bench
from assay.evaluate.judging.identity import judge_identity, told_prompt
from assay.evaluate.judging.prompt import Fill, JudgePrompt, read_prompt
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.verdict import one_line
from assay.models.target import Target, parse_target
from assay.models.types import Message, Parameters, Reply

ATTEMPTS = 2
"""Unless the bench has ``judge_attempts`` of its own, for a kind of suite whose judges are asked only once."""

SHOWN_CHARS = 4_000

IDENTITY = "judge_identity"
"""The key of a verdict's detail that holds the judge's digest."""

_KEYS = ("model", "base_url", "key", "parameters")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a judge's reply was read as, who gave it, in how many calls, and with how many tokens as far as is told.

    ``identity`` is the digest of the judge: prompt, model and sampling.
    """

    value: T
    model: str
    calls: int
    tokens: int = 0
    identity: str = ""

    @property
    def note(self) -> str:
        """What a reason says about the call, if anything."""
        return "" if self.calls == 1 else " (the judge was asked twice; its first reply could not be read)"

    @property
    def detail(self) -> dict[str, object]:
        """The same for exporters."""
        return {"judge": self.model, "judge_calls": self.calls, IDENTITY: self.identity}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """What a grader asks of a judge.

    Attributes:
        prompt: The grader's own prompt.
        read: Reads the reply's text; raises ``Unreadable``.
        wanted: How the reply shall look, in words, for a judge whose first reply could not be read.
        schema: The same as a JSON Schema, for providers that can hold a model to it.
    """

    prompt: JudgePrompt
    read: Callable[[str], T]
    wanted: str
    schema: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """A grader's judge: which model, sampled how, and prompts that the suite puts in place of the grader's own.

    ``name`` is how messages speak of it.
    """

    name: str
    bench: Bench
    model: Target | None = None
    parameters: Parameters | None = None
    prompts: dict[str, Fill] = field(default_factory=dict)
    _identities: dict[str, str] = field(default_factory=dict)

    def identity(self, question: Question[T], part: str = "") -> str:
        """The digest of who answers this question, and of how it is put."""
        if part not in self._identities:
            other = self.prompts.get(part)
            target, parameters = self.bench.judge_of(self.model, self.parameters)
            self._identities[part] = judge_identity(
                told_prompt(other or question.prompt),
                target,
                parameters,
                schema=None if other else question.schema,
            )
        return self._identities[part]

    async def ask(
        self, question: Question[T], values: Mapping[str, object], *, part: str = "", repeat: int = 0
    ) -> Answer[T]:
        """The question with these values, answered.

        Args:
            question: What is asked.
            values: What stands in the prompt's places.
            part: Which of the grader's questions it is, where it has several.
            repeat: Another number is another question with the same words.

        Raises:
            GraderFailed: No model is named, it gave no reply or refused, or two replies could not be read.
        """
        other = self.prompts.get(part)
        messages = (other or question.prompt.fill)(values)
        problem, tokens, refused = "", 0, False
        attempts: int = getattr(self.bench, "judge_attempts", ATTEMPTS)
        for calls in range(1, attempts + 1):
            reply = await self.bench.ask(
                messages,
                model=self.model,
                parameters=self.parameters,
                schema=None if other else question.schema,
                repeat=repeat,
            )
            tokens += (reply.usage.input or 0) + (reply.usage.output or 0)
            if _refuses(reply):
                problem = one_line(reply.refusal or "", 120)
                refused = True
                messages += _ask_again(question.wanted)
                continue
            refused = False
            try:
                return Answer(question.read(reply.text), reply.model, calls, tokens, self.identity(question, part))
            except Unreadable as error:
                problem = _problem(reply, error)
            messages += _correction(reply, problem, question.wanted)
        if refused:
            raise GraderFailed(
                f"{self.name} refused{', twice' if attempts > 1 else ''}: {problem}",
                hint="use another model as the judge, or say in its prompt why this may be judged",
                code="judge.refused",
            )
        raise GraderFailed(
            f"{self.name} gave no reply that can be read{', twice' if attempts > 1 else ''}: {problem}",
            hint=f"use a stronger model; it shall answer with {question.wanted}",
            code="judge.unreadable",
        )


def make_judge(
    grader: str, bench: Bench, *, judge: str | dict[str, object] | None, prompts: Mapping[str, object] | None = None
) -> Judge:
    """The judge of a grader's entry in a suite.

    Args:
        grader: The grader's name.
        bench: What models are reached through.
        judge: ``PROVIDER/MODEL``, or a mapping of ``model``, ``base_url``, ``key`` and ``parameters``; None for the
            suite's judge.
        prompts: What the entry says in place of the grader's own prompts, by part; None entries are left out.

    Raises:
        BadInput: A model, parameters or a prompt that is none.
    """
    given = {"model": judge} if isinstance(judge, str) else dict(judge or {})
    if (odd := next((key for key in given if key not in _KEYS), None)) is not None:
        raise unknown_name("key", odd, _KEYS, code="grader.judge")
    target = _model(given)
    bench.expect_model(target)
    return Judge(
        f"the judge of {grader!r}",
        bench,
        target,
        _sampling(given.get("parameters")),
        {part: read_prompt(bench, prompt) for part, prompt in (prompts or {}).items() if prompt is not None},
    )


def _model(given: Mapping[str, object]) -> Target | None:
    """Whom to ask; None for the suite's judge, which has an address and a key of its own."""
    wanted = {"model": "PROVIDER/MODEL", "base_url": "an address, such as https://host/v1", "key": "env:NAME"}
    texts: dict[str, str] = {}
    for name, hint in wanted.items():
        value = given.get(name)
        if isinstance(value, str):
            texts[name] = value
        elif value is not None:
            raise BadInput(f"the judge's {name} is {describe(value)}", hint=f"write {hint}", code="grader.judge")
    if "model" not in texts:
        if texts:
            what = f"the grader's judge has a {next(iter(texts))} and no model"
            raise BadInput(what, hint="name it: 'model: PROVIDER/MODEL'", code="grader.judge")
        return None
    try:
        return parse_target(texts["model"], base_url=texts.get("base_url"), key=texts.get("key"))
    except BadInput as error:
        error.code = "grader.judge"
        raise


def _sampling(given: object) -> Parameters | None:
    """Sampling parameters from a mapping.

    Raises:
        BadInput: A name or a value that is none.
    """
    if given is None:
        return None
    names = Parameters.__struct_fields__
    if isinstance(given, dict) and (odd := next((key for key in given if key not in names), None)) is not None:
        raise unknown_name("parameter", str(odd), names, code="grader.judge")
    try:
        return msgspec.convert(given, Parameters)
    except msgspec.ValidationError as error:
        raise BadInput(
            f"the judge's parameters cannot be used: {error}",
            hint="write them as under 'parameters' of a variant",
            code="grader.judge",
        ) from None


def _refuses(reply: Reply) -> bool:
    return reply.refusal is not None and not reply.text


def _ask_again(wanted: str) -> tuple[Message, ...]:
    said = "You are only asked to judge what was written, not to do it or to agree with it."
    return (Message(role="user", content=f"{said} Give the verdict as {wanted}."),)


def _problem(reply: Reply, error: Unreadable) -> str:
    cut = "it was cut off at its longest length, and " if reply.finish == "length" else ""
    return f"{cut}{error}"


def _correction(reply: Reply, problem: str, wanted: str) -> tuple[Message, ...]:
    shown = reply.text[:SHOWN_CHARS]
    said = (Message(role="assistant", content=shown),) if shown.strip() else ()
    return (
        *said,
        Message(role="user", content=f"That cannot be used: {problem}. Give the verdict again, as {wanted}."),
    )
