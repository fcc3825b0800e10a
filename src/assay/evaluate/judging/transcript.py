"""What was said before a reply, as judges see it: the question, the turns, and the whole conversation as text."""

from collections.abc import Sequence

import msgspec

from assay.engine.types import Outcome
from assay.evaluate.talk import Talk, Turn
from assay.evaluate.types import Case

_INSTRUCTING = ("system", "developer")

CONVERSATION_INPUT = "_conversation"
"""promptfoo's name for earlier turns among a case's inputs: a list of ``{input, output}``."""


def question(outcome: Outcome) -> str:
    """The last message of the user, or all that was sent where there is none."""
    asked = [m.content for m in outcome.messages if m.role == "user"]
    return asked[-1] if asked else "\n\n".join(m.content for m in outcome.messages)


def conversation(outcome: Outcome) -> str:
    """Everything that was said, a message a line as JSON, so that no text in it can pose as a message."""
    if isinstance(outcome, Talk):
        said = messages_of(outcome.said)
    else:
        said = [{"role": m.role, "content": m.content} for m in outcome.messages if m.role not in _INSTRUCTING]
        said.append({"role": "assistant", "content": outcome.text})
    return "\n".join(msgspec.json.encode(message).decode() for message in said)


def messages_of(said: Sequence[Turn]) -> list[dict[str, str]]:
    """A conversation's turns as messages of two roles."""
    pairs = [(("user", turn.asked), ("assistant", turn.answered)) for turn in said]
    return [{"role": role, "content": text} for pair in pairs for role, text in pair]


def turns(case: Case, outcome: Outcome) -> list[Turn]:
    """The conversation in turns: those that the case brings along, or those that were held."""
    given = case.inputs.get(CONVERSATION_INPUT)
    if isinstance(given, list) and given:
        return [Turn(_text(item, "input"), _text(item, "output")) for item in given]
    if isinstance(outcome, Talk):
        return list(outcome.said)
    found: list[Turn] = []
    asked: list[str] = []
    for message in outcome.messages:
        if message.role == "user":
            asked.append(message.content)
        elif message.role == "assistant":
            found.append(Turn("\n\n".join(asked), message.content))
            asked = []
    found.append(Turn("\n\n".join(asked) or question(outcome), outcome.text))
    return found


def _text(item: object, key: str) -> str:
    value = item.get(key, "") if isinstance(item, dict) else item
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
