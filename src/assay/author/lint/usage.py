"""Which names a prompt's templates use, where, and which inputs stand behind them.

A loop's variable, or one that ``set`` or ``with`` gives, stands for what it was taken from.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from assay.author import language
from assay.author.expression import Node, NotExpression, names_of, parse_statement
from assay.author.scan import Chunk, scan
from assay.author.types import Prompt, Trust
from assay.core.location import Location

_GIVING = frozenset({"for", "set", "with"})

UNTRUSTED: frozenset[Trust] = frozenset({"user", "retrieved", "tool"})


@dataclass(frozen=True, slots=True)
class Use:
    """A name in a template; ``printed`` when its value becomes a part of the message."""

    name: str
    printed: bool
    where: Location


@dataclass(frozen=True)
class MessageUsage:
    """One message, the partials that it includes written out.

    Attributes:
        chunks: Its pieces in order, each with the file that it stands in.
    """

    chunks: tuple[tuple[Chunk, str], ...]

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every name, as often as it is used."""
        return tuple(
            Use(name, chunk.kind == "expression", Location(file, chunk.line))
            for chunk, file in self.chunks
            if chunk.kind in ("expression", "statement") and chunk.word != "include"
            for name in sorted(language.names(chunk) - {"loop"})
        )

    @cached_property
    def given(self) -> Mapping[str, frozenset[str]]:
        """Names that the message gives itself -> the names that they were taken from."""
        found: dict[str, frozenset[str]] = {}
        for chunk, _ in self.chunks:
            if chunk.kind == "statement" and chunk.word in _GIVING:
                for names, expression in _gives(chunk):
                    for name in names:
                        found[name] = found.get(name, frozenset()) | frozenset(names_of(expression))
        return found

    def behind(self, name: str) -> set[str]:
        """The names that a name stands for: itself, and all that it was taken from."""
        seen: set[str] = set()
        todo = [name]
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                todo += self.given.get(current, ())
        return seen


def _gives(chunk: Chunk) -> tuple[tuple[tuple[str, ...], Node], ...]:
    try:
        return parse_statement(chunk).gives
    except NotExpression:
        return ()


def usages(prompt: Prompt) -> list[MessageUsage]:
    """The usage of every message, in their order."""
    return [MessageUsage(tuple(_written_out(prompt, m.source, m.where))) for m in prompt.messages]


def _written_out(prompt: Prompt, template: str, where: Location) -> Iterator[tuple[Chunk, str]]:
    for chunk in scan(template, where):
        yield chunk, where.file
        for name, _ in language.included([chunk], where.file):
            partial = prompt.partials.get(name)
            if partial is not None:
                yield from _written_out(prompt, partial.text, Location(partial.file, 1))


def used_inputs(prompt: Prompt) -> set[str]:
    """The inputs that the prompt uses anywhere: printed, asked about, inserted, or cited."""
    names = {name for usage in usages(prompt) for use in usage.uses for name in usage.behind(use.name)}
    names |= {message.insert for message in prompt.messages if message.insert is not None}
    if prompt.contract is not None and prompt.contract.citations is not None:
        names.add(prompt.contract.citations.source)
    return names & prompt.inputs.keys()


def printed(prompt: Prompt, usage: MessageUsage) -> Iterator[tuple[str, Location]]:
    """Each input whose value a message prints, with the place, as often as it does."""
    for use in usage.uses:
        if use.printed:
            for name in sorted(usage.behind(use.name) & prompt.inputs.keys()):
                yield name, use.where


def is_free_text(schema: Mapping[str, object]) -> bool:
    """Whether the values can hold text that their author chose: no mere numbers, and no fixed list."""
    if "enum" in schema or "const" in schema:
        return False
    kinds = schema.get("type")
    return not _listed(kinds) or bool(set(_listed(kinds)) & {"string", "array", "object"})


def _listed(kinds: object) -> list[str]:
    if isinstance(kinds, str):
        return [kinds]
    return [str(kind) for kind in kinds] if isinstance(kinds, Iterable) else []
