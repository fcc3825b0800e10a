"""The outcome of a whole conversation: that of its last turn, with all turns beside it. Pure data."""

from dataclasses import dataclass
from typing import NamedTuple

from assay.engine.types import Outcome


class Turn(NamedTuple):
    """What was asked, and what was answered."""

    asked: str
    answered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(Outcome):
    """What became of a conversation.

    ``messages`` are those of the last call, and so the whole conversation before it; ``replies`` are those of all
    turns, and usage, cost and time their sums; ``checked`` is the last reply.

    Attributes:
        turns: What became of each call of the prompt under test.
        said: What the user said and what was answered, turn by turn.
        ended: Why the conversation ended.
        last_word: What the user said when it was done, which nothing answers.
    """

    turns: tuple[Outcome, ...]
    said: tuple[Turn, ...]
    ended: str
    last_word: str = ""


def turns_of(outcome: Outcome) -> tuple[Outcome, ...]:
    """The calls that a reply came from: all of a conversation's, or the one."""
    return outcome.turns if isinstance(outcome, Talk) else (outcome,)
