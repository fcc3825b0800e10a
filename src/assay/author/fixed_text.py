"""The words that a prompt sends whatever its values are: the literal text of its templates, partials written out.

Both ways of an ``if`` are in it, and the inside of a loop once. What is sent for given values is ``template.py``'s.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assay.author import language
from assay.author.scan import scan
from assay.author.types import Prompt
from assay.core.location import Location
from assay.models.token_count import TokenCount
from assay.models.types import Role

CountTokens = Callable[[str, str], TokenCount]
"""From a text and a model (``provider/model``) to its number of tokens, such as ``models.token_count.count_tokens``."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of literal text.

    Attributes:
        message: The index of the message that sends it.
        where: The file and line on which it starts: the prompt's own, or a partial's.
    """

    message: int
    role: Role
    text: str
    where: Location


def pieces(prompt: Prompt) -> Iterator[Piece]:
    """Every run of literal text, in the order in which it is sent."""
    for i, message in enumerate(prompt.messages):
        for text, where in _literals(message.source, message.where, prompt):
            yield Piece(i, message.role, text, where)


def fixed_text(prompt: Prompt) -> str:
    """All of it as one text, messages apart by a blank line; for counting and comparing."""
    messages: dict[int, str] = {}
    for piece in pieces(prompt):
        messages[piece.message] = messages.get(piece.message, "") + piece.text
    return "\n\n".join(messages.values())


def _literals(template: str, where: Location, prompt: Prompt) -> Iterator[tuple[str, Location]]:
    for chunk in scan(template, where):
        if chunk.kind in ("text", "raw"):
            yield chunk.source, Location(where.file, chunk.line)
        for name, _ in language.included([chunk], where.file):
            partial = prompt.partials.get(name)
            if partial is not None:
                yield from _literals(partial.text, Location(partial.file, 1), prompt)
