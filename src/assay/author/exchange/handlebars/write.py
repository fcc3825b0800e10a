"""The native template language into Handlebars, as far as Handlebars can say it; the rest is refused with its line."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assay.author.scan import Chunk, scan
from assay.core.errors import BadInput
from assay.core.location import Location

_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[(?:\d+|'[^'\\]*'|\"[^\"\\]*\")\])*")
_STEP = re.compile(r"\.?([^\W\d]\w*)|\[(\d+)\]|\['([^'\\]*)'\]|\[\"([^\"\\]*)\"\]")
_LITERAL = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"|(-?\d+(?:\.\d+)?)|(true|false|none)")
_GUARDS = re.compile(r"\s*\|\s*default\(\s*(?:none|''|\"\"|false|\[\])\s*\)")
_JSON = re.compile(r"\s*\|\s*tojson(?:\(\s*(?:(compact)\s*=\s*true|indent\s*=\s*(\d+))?\s*\))?$")
_BOOLEAN = re.compile(r"(?P<path>[\w.]+)\|tojson if (?P=path) is boolean else .*")
_MAPPING = re.compile(r"(?P<guarded>.+) or (?P<path>.+) is mapping")
_STRICT = re.compile(r"(?P<test>.+) (?:and|or) \(.+ is boolean\) [!=]= \(.+ is boolean\)")
_COMPARISON = re.compile(r"(?P<left>.+?)\s*(?P<operator>==|!=)\s*(?P<right>.+)")
_FOR = re.compile(r"for\s+(?:(?P<key>\w+)\s*,\s*)?(?P<item>\w+)\s+in\s+(?P<list>.+)", re.DOTALL)
_ENTRIES = re.compile(r"\(?(?P<path>.+?)(?:\s+or\s+\{\}\))?\s*\|\s*items")
_WITH = re.compile(r"with\s+(?P<bindings>.+)", re.DOTALL)
_BINDING = re.compile(r"\s*(\w+)\s*=\s*(.+?)\s*(?:,(?=\s*\w+\s*=[^=])|$)", re.DOTALL)
_INCLUDE = re.compile(r"include\s+['\"]([^'\"]+)['\"]\s*(ignore\s+missing)?")
_LOOP = {"loop.index0": "@index", "loop.first": "@first", "loop.last": "@last"}
_NEGATED = {"if": "unless", "unless": "if", "ifEquals": "unlessEquals", "unlessEquals": "ifEquals"}
# A tag alone on its line would take the line with it in Handlebars; a comment before it keeps it from being alone.
_NOT_ALONE = "{{!}}"
_LINE_END = re.compile(r"(?:\A|\n)[ \t]*\Z")
_LINE_START = re.compile(r"[ \t]*(?:\n|\Z)")


@dataclass(slots=True)
class Written:
    """What comes of writing: the partials that are needed, and what prints a little differently."""

    partials: dict[str, str] = field(default_factory=dict)
    changed: list[tuple[int, str, str]] = field(default_factory=list)


class Writer:
    """Writes the templates of one prompt.

    Args:
        file: The prompt's file, for messages.
        partials: The text of each partial by name.
        is_object: Whether a path of the native language is known to be an object.
    """

    def __init__(self, file: str, partials: Mapping[str, str], is_object: Callable[[str], bool]) -> None:
        self.written = Written()
        self._file = file
        self._partials = partials
        self._is_object = is_object

    def write(self, source: str, where: Location) -> str:
        """One template as Handlebars."""
        return _joined(_Run(self, scan(source, where), {}).pieces())

    def partial(self, name: str, line: int) -> str:
        """The text of a partial."""
        if name not in self._partials:
            raise self.bad(f"there is no partial {name!r}", "make it", line)
        return self._partials[name]

    def use_partial(self, name: str, line: int) -> None:
        """Write a partial as a file of its own."""
        if name not in self.written.partials:
            self.written.partials[name] = ""
            text = self.partial(name, line)
            self.written.partials[name] = _joined(_Run(self, scan(text, Location(f"{name}.md", 1)), {}).pieces())

    def bad(self, what: str, hint: str, line: int) -> BadInput:
        """The error for what Handlebars cannot say."""
        return BadInput(what, hint=hint, code="exchange.not_handlebars", where=Location(self._file, line))

    def is_object(self, path: str) -> bool:
        """Whether a path is known to be an object."""
        return self._is_object(path)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    tag: bool


class _Run:
    """One pass over the chunks of a template.

    Args:
        loops: The variables of the loops around it -> their names in Handlebars.
    """

    def __init__(self, writer: Writer, chunks: Sequence[Chunk], loops: Mapping[str, str]) -> None:
        self._writer = writer
        self._chunks = chunks
        self._at = 0
        self._loops = dict(loops)

    def pieces(self) -> list[_Piece]:
        """The whole template."""
        found = self._until(())
        if self._at < len(self._chunks):
            raise self._bad(self._chunks[self._at])
        return found

    def _bad(self, chunk: Chunk, why: str = "Handlebars cannot say this") -> BadInput:
        return self._writer.bad(
            f"{why}: {chunk.source.strip()}", "compute the value before, or write it simpler", chunk.line
        )

    def _until(self, stops: tuple[str, ...]) -> list[_Piece]:
        found: list[_Piece] = []
        while self._at < len(self._chunks):
            chunk = self._chunks[self._at]
            if chunk.kind == "statement" and chunk.word in stops:
                return found
            self._at += 1
            found += self._one(chunk)
        return found

    def _one(self, chunk: Chunk) -> list[_Piece]:
        if re.match(r"\{[{%#]-", chunk.source) and chunk.kind != "text":
            raise self._bad(chunk, "a tag that trims white space cannot be exported")
        if chunk.kind in ("text", "raw"):
            return [_Piece(chunk.source, tag=False)]
        if chunk.kind == "comment":
            return []
        if chunk.kind == "expression":
            return self._expression(chunk)
        return self._statement(chunk)

    def _statement(self, chunk: Chunk) -> list[_Piece]:
        if chunk.word == "if":
            return self._if(chunk, chunk.body[2:].strip(), "if")
        if chunk.word == "for":
            return self._for(chunk)
        if chunk.word == "include":
            return self._include(chunk, "")
        if chunk.word == "with":
            return self._with(chunk)
        if chunk.word in ("raw", "endraw"):
            return []
        raise self._bad(chunk)

    # --- values

    def _path(self, text: str, chunk: Chunk) -> str:
        """A path of the native language as one of Handlebars."""
        # Guards and the parentheses around them say what Handlebars does anyway.
        text = re.sub(r"[()]", "", _GUARDS.sub("", text)).strip()
        if text in _LOOP and self._loops:
            return _LOOP[text]
        if not _PATH.fullmatch(text):
            raise self._bad(chunk)
        steps = [next(s for s in step if s) for step in _STEP.findall(text)]
        first, rest = steps[0], steps[1:]
        if first in self._loops:
            first = self._loops[first]
        elif first == "loop":
            raise self._bad(chunk)
        elif self._loops:
            first = f"@root.{first}"
        return ".".join([first, *(s if re.fullmatch(r"\w+", s) else f"[{s}]" for s in rest)])

    def _operand(self, text: str, chunk: Chunk) -> str:
        text = text.strip()
        found = _LITERAL.fullmatch(text)
        if found is None:
            return self._path(text, chunk)
        if found[3] or found[4]:
            return {"none": "null"}.get(text, text)
        value = found[1] or found[2] or ""
        return f"'{value}'" if '"' in value else f'"{value}"'

    def _expression(self, chunk: Chunk) -> list[_Piece]:
        body = chunk.body
        if (literal := re.fullmatch(r"'([^'\\]*)'|\"([^\"\\]*)\"", body)) is not None:
            return [_Piece(literal[1] or literal[2] or "", tag=False)]
        if body == "'\\\\'":
            return [_Piece("\\", tag=False)]
        if (boolean := _BOOLEAN.fullmatch(body)) is not None:
            body = boolean["path"]
        if (dumped := _JSON.search(body)) is not None:
            indent = f" indent={dumped[2]}" if dumped[2] and dumped[2] != "0" else ""
            if not (dumped[1] or indent):
                self._writer.written.changed.append((chunk.line, chunk.source, "it prints without spaces there"))
            return [_Piece(f"{{{{json {self._path(body[: dumped.start()], chunk)}{indent}}}}}", tag=True)]
        return [_Piece(f"{{{{{self._path(body, chunk)}}}}}", tag=True)]

    # --- blocks

    def _condition(self, text: str, chunk: Chunk) -> tuple[str, str]:
        """The block helper and its arguments for a condition."""
        text = text.strip()
        if (inner := re.fullmatch(r"not\s+(.+)", text, re.DOTALL)) is not None:
            rest = inner[1].strip()
            helper, arguments = self._condition(
                rest[1:-1] if rest.startswith("(") and rest.endswith(")") else rest, chunk
            )
            return _NEGATED[helper], arguments
        if (strict := _STRICT.fullmatch(text)) is not None:
            text = strict["test"]
        elif (mapping := _MAPPING.fullmatch(text)) is not None:
            text = mapping["guarded"]
        there = re.fullmatch(r"(.+?) is (not )?none", text)
        if there is not None and self._writer.is_object(_GUARDS.sub("", there[1])):
            return ("if" if there[2] else "unless"), self._path(there[1], chunk)
        if (compared := _COMPARISON.fullmatch(text)) is not None:
            helper = "ifEquals" if compared["operator"] == "==" else "unlessEquals"
            return helper, f"{self._operand(compared['left'], chunk)} {self._operand(compared['right'], chunk)}"
        return "if", self._operand(text, chunk)

    def _if(self, chunk: Chunk, condition: str, opening: str) -> list[_Piece]:
        helper, arguments = self._condition(condition, chunk)
        tag = f"{{{{#{helper} {arguments}}}}}" if opening == "if" else f"{{{{else {helper} {arguments}}}}}"
        pieces = [_Piece(tag, tag=True), *self._until(("elif", "else", "endif"))]
        end = self._take(chunk)
        if end.word == "elif":
            pieces += self._if(end, end.body[4:].strip(), "elif")
        elif end.word == "else":
            pieces += [_Piece("{{else}}", tag=True), *self._until(("endif",))]
            self._take(chunk)
        return [*pieces, _Piece(f"{{{{/{helper}}}}}", tag=True)] if opening == "if" else pieces

    def _take(self, opened: Chunk) -> Chunk:
        if self._at >= len(self._chunks):
            raise self._bad(opened, "this is never closed")
        self._at += 1
        return self._chunks[self._at - 1]

    def _for(self, chunk: Chunk) -> list[_Piece]:
        found = _FOR.fullmatch(chunk.body)
        if found is None or re.search(r"\bif\b", found["list"]) or chunk.body.endswith("recursive"):
            raise self._bad(chunk)
        items, names = found["list"].strip(), found["item"]
        if found["key"]:
            entries = _ENTRIES.fullmatch(items)
            if entries is None:
                raise self._bad(chunk)
            items, names = entries["path"], f"{names} {found['key']}"
        path = self._path(re.sub(r"\s+or\s+\[\]$", "", items), chunk)
        outer = dict(self._loops)
        self._loops |= {name: name for name in names.split()}
        pieces = [_Piece(f"{{{{#each {path} as |{names}|}}}}", tag=True), *self._until(("else", "endfor"))]
        self._loops = outer
        if self._take(chunk).word == "else":
            pieces += [_Piece("{{else}}", tag=True), *self._until(("endfor",))]
            self._take(chunk)
        return [*pieces, _Piece("{{/each}}", tag=True)]

    def _with(self, chunk: Chunk) -> list[_Piece]:
        """Names given to one partial, which is all that Handlebars has for this."""
        found = _WITH.fullmatch(chunk.body)
        inner = [c for c in self._chunks[self._at : self._at + 2] if not (c.kind == "text" and not c.body.strip())]
        if found is None or len(inner) != 2 or inner[0].word != "include" or inner[1].word != "endwith":
            raise self._bad(chunk, "only an include can stand alone inside a 'with' that is exported")
        given = [f"{name}={self._operand(value, chunk)}" for name, value in _BINDING.findall(found["bindings"])]
        self._at += 2
        return self._include(inner[0], " " + " ".join(given))

    def _include(self, chunk: Chunk, given: str) -> list[_Piece]:
        found = _INCLUDE.fullmatch(chunk.body)
        if found is None or found[2]:
            raise self._bad(chunk)
        if self._loops and given:
            raise self._bad(chunk, "a partial with values of its own inside a loop cannot be exported")
        if self._loops:
            # A partial of Handlebars does not see the loop's names, so its text is put here.
            text = self._writer.partial(found[1], chunk.line)
            return _Run(self._writer, scan(text, Location(f"{found[1]}.md", 1)), self._loops).pieces()
        self._writer.use_partial(found[1], chunk.line)
        return [_Piece(f"{{{{> {found[1]}{given}}}}}", tag=True)]


def _joined(pieces: Sequence[_Piece]) -> str:
    """The pieces as one template whose text Handlebars leaves exactly as it is."""
    merged: list[_Piece] = []
    for piece in pieces:
        if merged and not merged[-1].tag and not piece.tag:
            merged[-1] = _Piece(merged[-1].text + piece.text, tag=False)
        elif piece.text:
            merged.append(piece)
    found = ""
    chain = any(piece.tag and piece.text.startswith("{{else ") for piece in merged)
    for i, piece in enumerate(merged):
        before = merged[i - 1].text if i and not merged[i - 1].tag else None
        after = merged[i + 1].text if i + 1 < len(merged) and not merged[i + 1].tag else None
        if piece.tag:
            ends = i + 1 == len(merged) or (chain and piece.text.startswith(("{{else", "{{/")))
            found += _tag(piece.text, before, after, edge=(i == 0, ends))
        else:
            found += _text(piece.text, before_tag=i + 1 < len(merged), after_tag=i > 0)
    return found


def _tag(tag: str, before: str | None, after: str | None, *, edge: tuple[bool, bool]) -> str:
    alone_before = edge[0] if before is None else _LINE_END.search(before) is not None
    # In a chain of else, the end of one branch decides about the line of another's end.
    alone_after = edge[1] or (after is not None and _LINE_START.match(after) is not None)
    guard = _NOT_ALONE if re.match(r"\{\{(?:[#/>]|else)", tag) and alone_before and alone_after else ""
    # Three braces would be read as something else.
    start = "{{~" if before is not None and before.endswith("{") else "{{"
    end = "~}}" if after is not None and after.startswith("}") else "}}"
    if guard and start == "{{~":
        guard = ""
    return f"{guard}{start}{tag[2:-2]}{end}"


def _text(text: str, *, before_tag: bool, after_tag: bool) -> str:
    if re.search(r"\\\{\{", text):
        raise BadInput(
            "a backslash before two braces cannot be written in Handlebars",
            hint="put a space between them",
            code="exchange.not_handlebars",
        )
    escaped = text.replace("{{", "\\{{")
    if before_tag and escaped.endswith("\\"):
        escaped += "\\"
    if before_tag and escaped.endswith("{"):
        escaped += " "
    return f" {escaped}" if after_tag and escaped.startswith("}") else escaped
