"""The part that the simulated user plays: a text of the suite, or a prompt file of its own.

Either way the model is shown the conversation from the user's side: its own lines are the assistant's, and the replies
of the prompt under test are the user's, so that neither can be taken for instructions of the suite.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from assay.author.template import Template
from assay.author.types import Prompt
from assay.author.values import Values
from assay.core.errors import BadInput, unknown_name
from assay.evaluate.judging.prompt import fill, places
from assay.evaluate.judging.reading import Unreadable, objects, truth
from assay.evaluate.judging.transcript import messages_of
from assay.evaluate.talk import Turn
from assay.evaluate.types import ConversationSpec
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
END = "[[END]]"
"""What a reply of a prompt that plays the user has in it when it is the last."""

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


class Part(Protocol):
    """Who the user is, and how the model that plays it is asked."""

    wanted: str
    schema: dict[str, object] | None
    names: frozenset[str]

    def check(self, given: Mapping[str, object]) -> None:
        """Refuse a case that lacks an input of the part, or has an unfit one.

        Raises:
            BadInput: It does.
        """
        ...

    def messages(self, given: Mapping[str, object], said: Sequence[Turn]) -> tuple[Message, ...]:
        """What the model is shown."""
        ...

    def read(self, text: str) -> Line:
        """What a reply has the user say; raises ``Unreadable``."""
        ...


class TextPart:
    """A part that the suite tells in words.

    Args:
        text: Who the user is and what they want, with places for a case's inputs.
        first: What the user says first, with places; or None.
    """

    wanted = 'one JSON object {"message": "…", "done": false}'
    schema: dict[str, object] | None = SCHEMA

    def __init__(self, text: str, first: str | None = None) -> None:
        self._text = text
        self.names = frozenset([*places(text), *places(first or "")])

    def check(self, given: Mapping[str, object]) -> None:
        """Every place has its input."""
        lacking = sorted(self.names - given.keys())
        if lacking:
            raise BadInput(
                f"the conversation's user has a place for {lacking[0]!r}, which is no input of it",
                hint=f"add {lacking[0]!r} to the case's inputs, or take the place out",
                code="inputs.missing",
            )

    def messages(self, given: Mapping[str, object], said: Sequence[Turn]) -> tuple[Message, ...]:
        """Instructions, and the conversation from the other side."""
        system = Message(role="system", content=INSTRUCTIONS.format(part=fill(self._text, given)))
        return (system, *_from_the_other_side(said))

    def read(self, text: str) -> Line:
        """``{message, done}``."""
        return read_line(text)


class PromptPart:
    """A part that a prompt file plays.

    Args:
        prompt: The prompt; it may insert the conversation by an input, else that follows its messages.
        first: What the user says first, with places for a case's inputs; or None.
    """

    wanted = f"what the person says next and nothing else, with {END} in it when it is the last"
    schema: dict[str, object] | None = None

    def __init__(self, prompt: Prompt, first: str | None = None) -> None:
        self.prompt = prompt
        self._template, self._values = Template(prompt), Values(prompt)
        self._insert = next((m.insert for m in prompt.messages if m.insert is not None), None)
        self._first = places(first or "")
        self.names = frozenset([*prompt.inputs, *self._first]) - {self._insert or ""}

    def check(self, given: Mapping[str, object]) -> None:
        """The inputs fit the prompt."""
        self._complete(given, ())
        TextPart("", "".join(f"{{{{ {name} }}}}" for name in self._first)).check(given)

    def messages(self, given: Mapping[str, object], said: Sequence[Turn]) -> tuple[Message, ...]:
        """The prompt's messages, and the conversation from the other side."""
        rendered = self._template.render(self._complete(given, said))
        own = tuple(Message(role=one.role, content=one.content) for one in rendered)
        return own if self._insert is not None else (*own, *_from_the_other_side(said))

    def read(self, text: str) -> Line:
        """``{message, done}``, or the text as it is, up to the mark of the end."""
        if any("message" in found for found in objects(text)):
            return read_line(text)
        message, done = text.replace(END, "").strip(), END in text
        if not message and not done:
            raise Unreadable("it is empty")
        return Line(message, done)

    def _complete(self, given: Mapping[str, object], said: Sequence[Turn]) -> dict[str, object]:
        mine = {name: value for name, value in given.items() if name in self.prompt.inputs}
        if self._insert is not None:
            told = [{"role": one.role, "content": one.content} for one in _from_the_other_side(said)]
            mine[self._insert] = told
        return self._values.complete(mine)


def read_line(text: str) -> Line:
    """What a reply ``{message, done}`` has the person say.

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


def turn_inputs(
    spec: ConversationSpec,
    part: Part,
    prompt: Prompt,
    given: Mapping[str, object],
    *,
    history: str,
    said: str,
    before: Sequence[Turn] = (),
) -> dict[str, object]:
    """The inputs of one turn: the case's that the prompt takes, what the user says, and the turns before.

    Raises:
        BadInput: The case has an input that neither the prompt nor the user's part has a place for.
    """
    told = {*part.names, spec.message}
    for name in given:
        if name not in prompt.inputs and name not in told:
            raise unknown_name("input", name, {*prompt.inputs, *told}, code="inputs.undeclared")
    mine = {name: value for name, value in given.items() if name in prompt.inputs}
    return mine | {spec.message: said, history: messages_of(before)}


def _from_the_other_side(said: Sequence[Turn]) -> list[Message]:
    found = [Message(role="user", content=OPENING)]
    for turn in said:
        found.append(Message(role="assistant", content=turn.asked))
        found.append(Message(role="user", content=turn.answered))
    return found
