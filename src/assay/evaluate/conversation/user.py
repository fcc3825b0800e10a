"""The simulated user: a model that plays a person, told who it is and shown the conversation from that side.

What it says comes as ``{message, done}``. Its own lines are the assistant's to it, and the replies of the prompt under
test are the user's, so neither can be taken for instructions of the suite.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assay.evaluate.judging.judge import Answer, Judge, Question
from assay.evaluate.judging.prompt import JudgePrompt, fill
from assay.evaluate.judging.reading import Unreadable, objects, truth
from assay.evaluate.talk import Turn
from assay.models.types import Message

INSTRUCTIONS = (
    "You play a person who is talking to a service. Stay in this part; never say that you are a model, and never help "
    "the service with its work. This is who you are and what you want:\n\n{part}\n\n"
    "Say one thing at a time, briefly, as this person would type it. Tell what you know when you are asked for it, and "
    "not before. Invent nothing that goes against what is written above. When you have got what you want, or when it "
    "is clear that you will not get it, say a last word and set done to true. Answer with one JSON object and nothing "
    'around it: {{"message": "what you say", "done": false}}'
)
OPENING = "(The conversation begins. Say your first line.)"
WANTED = 'one JSON object {"message": "…", "done": false}'

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"message": {"type": "string"}, "done": {"type": "boolean"}},
    "required": ["message", "done"],
    "additionalProperties": False,
}


class Line(NamedTuple):
    """What the user says, and whether it is the last thing."""

    message: str
    done: bool


class SimulatedUser:
    """One person, for the time of one conversation.

    Args:
        judge: The model that plays the person.
        part: Who the person is and what they want, with places for inputs.
        inputs: The case's inputs.
        repeat: Which of the conversations with these words it is.
    """

    def __init__(self, judge: Judge, part: str, *, inputs: Mapping[str, object], repeat: int) -> None:
        self._judge = judge
        self._system = Message(role="system", content=INSTRUCTIONS.format(part=fill(part, inputs)))
        self._repeat = repeat

    async def speak(self, said: Sequence[Turn]) -> Answer[Line]:
        """What the person says next.

        Raises:
            GraderFailed: The model gave nothing that can be said.
        """
        question = Question(prompt=_Seen((self._system, *_swapped(said))), read=read_line, wanted=WANTED, schema=SCHEMA)
        return await self._judge.ask(question, {}, repeat=self._repeat)


class _Seen(JudgePrompt):
    """Messages without places."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        super().__init__(())
        self._seen = messages

    def fill(self, values: Mapping[str, object]) -> tuple[Message, ...]:  # noqa: ARG002 - there is nothing to fill in
        return self._seen


def _swapped(said: Sequence[Turn]) -> list[Message]:
    found = [Message(role="user", content=OPENING)]
    for turn in said:
        found.append(Message(role="assistant", content=turn.asked))
        found.append(Message(role="user", content=turn.answered))
    return found


def read_line(text: str) -> Line:
    """What a model's reply has the person say.

    Raises:
        Unreadable: There is no message, or an empty one that is not the last.
    """
    found = next((o for o in objects(text) if "message" in o), None)
    if found is None:
        raise Unreadable("there is no 'message' in it" if text.strip() else "it is empty")
    message, done = found["message"], truth(found.get("done", False))
    if not isinstance(message, str) or (not message.strip() and not done):
        raise Unreadable("its 'message' is no text")
    return Line(message.strip(), done)
