"""The simulated user: a model that plays a part, asked for one line after the other."""

from collections.abc import Mapping, Sequence

from assay.evaluate.conversation.part import Line, Part
from assay.evaluate.judging.judge import Answer, Judge, Question
from assay.evaluate.judging.prompt import JudgePrompt
from assay.evaluate.talk import Turn
from assay.models.types import Message


class SimulatedUser:
    """One person, for the time of one conversation.

    Args:
        judge: The model that plays the person.
        part: Who the person is and what they want.
        inputs: The case's inputs.
        repeat: Which of the conversations with these words it is.
    """

    def __init__(self, judge: Judge, part: Part, *, inputs: Mapping[str, object], repeat: int) -> None:
        self._judge = judge
        self._part = part
        self._inputs = inputs
        self._repeat = repeat

    async def speak(self, said: Sequence[Turn]) -> Answer[Line]:
        """What the person says next.

        Raises:
            GraderFailed: The model gave nothing that can be said.
        """
        part = self._part
        seen = _Seen(part.messages(self._inputs, said))
        question = Question(prompt=seen, read=part.read, wanted=part.wanted, schema=part.schema)
        return await self._judge.ask(question, {}, repeat=self._repeat)


class _Seen(JudgePrompt):
    """Messages without places."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        super().__init__(())
        self._seen = messages

    def fill(self, values: Mapping[str, object]) -> tuple[Message, ...]:  # noqa: ARG002 - there is nothing to fill in
        return self._seen
