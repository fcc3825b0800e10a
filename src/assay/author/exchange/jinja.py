"""What the dialects with Jinja templates share: where messages start, which names are used, includes written out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assay.author import language
from assay.author.exchange.draft import Draft, is_plain_name
from assay.author.scan import Chunk, scan
from assay.author.types import Input, Partial
from assay.core.errors import BadInput
from assay.core.location import Location

VALUE = "\0"
"""What stands for a value in ``own_lines``."""

_LITERAL = re.compile(r"'((?:[^'\\]|\\\\)*)'|\"((?:[^\"\\]|\\\\)*)\"")
_OPENS = ("for", "if", "with", "raw")
_MAX_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a template: its text, its number, and whether it starts outside every block and tag."""

    text: str
    number: int
    outside: bool


def lines_of(body: str, where: Location) -> list[Line]:
    """The lines of a template, after the template has been checked to be of the native language.

    Raises:
        BadInput: A statement, filter or operator that prompts may not use; the line is the file's own.
    """
    chunks = scan(body, where)
    language.check(chunks, where.file)
    inside = _inside(chunks)
    first = where.line or 1
    return [Line(text, n, n not in inside) for n, text in enumerate(body.split("\n"), first)]


def _inside(chunks: list[Chunk]) -> set[int]:
    """The numbers of the lines that start within a block or a tag."""
    found: set[int] = set()
    depth = 0
    for chunk in chunks:
        lines = range(chunk.line + 1, chunk.line + chunk.source.count("\n") + 1)
        if depth or chunk.kind != "text":
            found.update(lines)
        if chunk.kind == "statement":
            depth += (chunk.word in _OPENS) - (chunk.word in {f"end{word}" for word in _OPENS})
    return found


def refuse_inside(line: Line, file: str) -> BadInput:
    """The error for a line inside a block that would start a message."""
    return BadInput(
        f"the line {line.text.strip()!r} starts a message inside a block, where a value could decide about it",
        hint="move it out of the block, or take earlier messages as an input, by 'insert: NAME'",
        code="exchange.role_in_block",
        where=Location(file, line.number),
    )


def declare_used(draft: Draft, body: str, where: Location) -> None:
    """Declare the names that a template uses and its front matter does not."""
    chunks = scan(body, where)
    own = {name for chunk in chunks for name in _assigned(chunk)} | {"loop"}
    used = {name for chunk in chunks if chunk.kind in ("expression", "statement") for name in language.names(chunk)}
    found = sorted(name for name in used - own - draft.inputs.keys() if is_plain_name(name))
    for name in found:
        draft.add_input(Input(name=name, schema={}, required=False), None)
    if found:
        draft.notes.append(f"declared because the template uses them: {', '.join(found)}")


def _assigned(chunk: Chunk) -> Iterator[str]:
    if chunk.kind == "statement" and chunk.word == "for":
        yield from re.findall(r"\w+", chunk.body[3:].partition(" in ")[0])
    elif chunk.kind == "statement" and chunk.word in ("set", "with"):
        yield from re.findall(r"(\w+)\s*=(?!=)", chunk.body)


def refuse_shared(texts: list[tuple[str, Location]]) -> None:
    """Refuse a name that one message sets and another uses: each message is a template of its own here.

    Raises:
        BadInput: There is one; the place is the message that uses it.
    """
    sets = [
        {n for c in scan(t, w) if c.kind == "statement" and c.word == "set" for n in _assigned(c)} for t, w in texts
    ]
    for i, (text, where) in enumerate(texts):
        for chunk in scan(text, where):
            if chunk.kind not in ("expression", "statement"):
                continue
            for name in language.names(chunk) - sets[i]:
                if any(name in own for j, own in enumerate(sets) if j != i):
                    raise BadInput(
                        f"{name!r} is set in another message, and each message is a template of its own here",
                        hint="set it in this message too",
                        code="exchange.shared_name",
                        where=Location(where.file, chunk.line),
                    )


def written_out(source: str, where: Location, partials: Mapping[str, Partial], depth: int = 0) -> str:
    """A template with its includes replaced by what they include."""
    found: list[str] = []
    for chunk in scan(source, where):
        if chunk.kind != "statement" or chunk.word != "include":
            found.append(chunk.source)
            continue
        name = next((name for name, _ in language.included([chunk], where.file)), "")
        if name not in partials or depth >= _MAX_DEPTH:
            raise BadInput(
                f"there is no partial {name!r}",
                hint="make it",
                code="exchange.partial",
                where=Location(where.file, chunk.line),
            )
        text = written_out(partials[name].text, Location(f"{name}.md", 1), partials, depth + 1)
        before = "{{- '' }}" if chunk.source.startswith("{%-") else ""
        after = "{{ '' -}}" if chunk.source.endswith("-%}") else ""
        found.append(f"{before}{text}{after}")
    return "".join(found)


def own_lines(source: str, where: Location) -> Iterator[tuple[int, str]]:
    """The lines as a template prints them itself: tags that print nothing are gone, a value is ``VALUE``."""
    found: list[str] = []
    for chunk in scan(source, where):
        if chunk.kind in ("text", "raw"):
            found.append(chunk.source)
        elif chunk.kind == "expression":
            literal = _LITERAL.fullmatch(chunk.body)
            found.append(VALUE if literal is None else (literal[1] or literal[2] or "").replace("\\\\", "\\"))
        else:
            found.append("\n" * chunk.source.count("\n"))
    return enumerate("".join(found).split("\n"), where.line or 1)
