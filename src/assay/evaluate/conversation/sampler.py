"""The sampler of conversations: turn by turn, each call of the prompt kept by itself, and one row for the whole.

Every turn's reply is in the store before the next begins, and so is what the simulated user said, so a run that is
taken up again pays for no turn twice. A conversation ends; by what is told in its row.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal

import msgspec

from assay.core.errors import BadInput, GraderFailed, ModelError
from assay.engine.types import Checked, Outcome, Violation, total_usage
from assay.evaluate.asking import spending
from assay.evaluate.bench import Bench
from assay.evaluate.conversation.part import Line
from assay.evaluate.conversation.prepare import Stage
from assay.evaluate.conversation.user import SimulatedUser
from assay.evaluate.grader import Grader
from assay.evaluate.judging.judge import Judge
from assay.evaluate.judging.prompt import fill
from assay.evaluate.judging.transcript import messages_of
from assay.evaluate.plan import Planned, call_of, told_conversation
from assay.evaluate.row import answered, unanswered
from assay.evaluate.sampler import CallSampler, Facilities, grade_all
from assay.evaluate.talk import Talk, Turn
from assay.evaluate.types import SampleRow, Spent


@dataclass(slots=True)
class Progressing:
    """A conversation under way."""

    said: list[Turn] = field(default_factory=list)
    turns: list[Outcome] = field(default_factory=list)
    user_tokens: int = 0
    at_utc: str = ""

    @property
    def tokens(self) -> int:
        """What both sides have used, as far as it is told."""
        usages = [total_usage(turn.replies) for turn in self.turns]
        return self.user_tokens + sum((usage.input or 0) + (usage.output or 0) for usage in usages)


class ConversationSampler(CallSampler):
    """Samples that are conversations.

    Args:
        given: What the run offers.
        graders: The suite's graders.
        stage: The suite's ``conversation``, found sound.
        bench: What the simulated user's model is reached through.
    """

    def __init__(self, given: Facilities, graders: Sequence[Grader], stage: Stage, bench: Bench) -> None:
        super().__init__(given, graders)
        self._stage = stage
        self._spec = stage.spec
        self._judge = Judge("the model that plays the user", bench, stage.model, stage.parameters)

    async def sample(self, planned: Planned) -> SampleRow:
        """The row of one conversation."""
        address = self._address_of(planned)
        with spending() as bill:
            try:
                talk, at_utc = await self._hold(planned)
            except (ModelError, GraderFailed) as error:
                if not isinstance(error, ModelError):
                    error = ModelError(error.what, code=error.code, hint=error.hint)
                return msgspec.structs.replace(unanswered(planned, address, error), grading=bill.total())
        user = bill.total()
        graded = await grade_all(self._graders, planned.case, talk)
        graded.spent = together(graded.spent, user)
        row = answered(planned, address, talk, graded, at_utc=at_utc)
        return msgspec.structs.replace(row, detail={"conversation": told(talk, user)})

    async def _hold(self, planned: Planned) -> tuple[Talk, str]:
        case = planned.case
        user = SimulatedUser(self._judge, self._stage.part, inputs=case.inputs, repeat=planned.repeat)
        talk = Progressing()
        line = await self._first(user, talk, case.inputs)
        while True:
            outcome = await self._turn(planned, talk, line)
            if (ended := self._ended(outcome, talk)) is not None:
                break
            answer = await user.speak(talk.said)
            talk.user_tokens += answer.tokens
            line = answer.value
            if line.done:
                ended = "the user was done"
                break
        return talk_of(talk, ended, last_word=line.message if line.done else ""), talk.at_utc

    async def _first(self, user: SimulatedUser, talk: Progressing, inputs: Mapping[str, object]) -> Line:
        if self._spec.first is not None:
            return Line(put(self._spec.first, inputs), done=False)
        given = inputs.get(self._spec.message)
        if isinstance(given, str) and given.strip():
            return Line(given, done=False)
        answer = await user.speak(())
        talk.user_tokens += answer.tokens
        return answer.value._replace(done=False)

    async def _turn(self, planned: Planned, talk: Progressing, line: Line) -> Outcome:
        inputs = self._stage.inputs(planned.variant, planned.case.inputs, said=line.message, before=talk.said)
        step = replace(planned, case=replace(planned.case, inputs=inputs))
        try:
            flow, address = self._begin(step, call_of(step, timeout_s=self._given.timeout_s))
        except BadInput as error:
            what = f"turn {len(talk.turns) + 1} cannot be sent: {error.what}"
            raise ModelError(what, code=error.code, hint=error.hint, attempts=0) from None
        outcome, talk.at_utc = await self._obtain(flow, address)
        talk.turns.append(outcome)
        talk.said.append(Turn(line.message, outcome.text))
        return outcome

    def _ended(self, outcome: Outcome, talk: Progressing) -> str | None:
        """Why no further turn begins, or None."""
        spec = self._spec
        if not outcome.text.strip():
            return "the reply was empty"
        if outcome.checked.exit in spec.exits:
            return f"the reply took the way out {outcome.checked.exit!r}"
        if (text := next((text for text in spec.says if text in outcome.text), None)) is not None:
            return f"the reply said {text!r}"
        if len(talk.turns) >= spec.max_turns:
            return "it reached the limit of its turns"
        return f"it had used {talk.tokens:,} tokens" if talk.tokens >= spec.max_tokens else None

    def _address_of(self, planned: Planned) -> bytes:
        parts = [planned.variant.identity(), self._given.nonce, told_conversation(self._spec), planned.case.inputs]
        data = msgspec.json.encode([*parts, planned.repeat], order="sorted", enc_hook=str)
        return hashlib.sha256(data).digest()


def put(text: str, inputs: Mapping[str, object]) -> str:
    """A text of the suite with inputs in its places, as a person would say them: without marked lines."""
    return fill(text, inputs, plain=True)


def talk_of(talk: Progressing, ended: str, *, last_word: str = "") -> Talk:
    """The outcome of the whole: the last turn's, with the sums and the violations of all."""
    last = talk.turns[-1]
    parts = {f.name: getattr(last, f.name) for f in fields(Outcome)}
    costs = [turn.cost_usd for turn in talk.turns]
    known = [cost for cost in costs if cost is not None]
    return Talk(
        **parts
        | {
            "replies": tuple(reply for turn in talk.turns for reply in turn.replies),
            "checked": _all_checked([turn.checked for turn in talk.turns]),
            "first": _all_checked([turn.first for turn in talk.turns]),
            "cost_usd": sum(known, Decimal(0)) if len(known) == len(costs) else None,
        },
        turns=tuple(talk.turns),
        said=tuple(talk.said),
        ended=ended,
        last_word=last_word,
    )


def _all_checked(checked: list[Checked]) -> Checked:
    """The last reply seen through the contract, with what any reply broke."""
    if len(checked) == 1:
        return checked[0]
    found = [
        Violation(violation.clause, f"turn {number}: {violation.what}")
        for number, one in enumerate(checked, 1)
        for violation in one.violations
    ]
    return replace(checked[-1], violations=tuple(found))


def told(talk: Talk, user: Spent | None) -> dict[str, object]:
    """The conversation as its row tells it."""
    messages = messages_of(talk.said)
    if talk.last_word:
        messages.append({"role": "user", "content": talk.last_word})
    found: dict[str, object] = {"turns": len(talk.turns), "ended": talk.ended, "messages": messages}
    return found | ({} if user is None else {"user": msgspec.to_builtins(user)})


def together(one: Spent | None, other: Spent | None) -> Spent | None:
    """What both spent; a part is None when either's is unknown."""
    if one is None or other is None:
        return one or other
    costs = (one.cost_usd, other.cost_usd)
    return Spent(
        calls=one.calls + other.calls,
        input_tokens=_plus(one.input_tokens, other.input_tokens),
        output_tokens=_plus(one.output_tokens, other.output_tokens),
        cost_usd=None if None in costs else f"{sum((Decimal(cost) for cost in costs if cost), Decimal(0)):f}",
    )


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
