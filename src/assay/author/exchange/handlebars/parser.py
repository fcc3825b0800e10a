r"""Reading a Handlebars template into its parts.

The subset that dotprompt files use: values, ``if``, ``unless``, ``each``, ``with``, their ``else``, other block
helpers by name, comments, partials, ``~``, and ``\{{``. Whatever else Handlebars knows is refused with its line.
Layout is ``whitespace.py``'s, meaning is ``translate.py``'s.
"""

import re
from dataclasses import dataclass

from assay.author.exchange.handlebars.syntax import (
    Argument,
    Block,
    Call,
    Comment,
    Constant,
    Include,
    Mustache,
    Name,
    Node,
    Strip,
    Text,
)
from assay.core.errors import BadInput
from assay.core.location import Location

MAX_DEPTH = 40
"""Blocks inside blocks; more is taken for a mistake."""

_OPENING = re.compile(r"\{\{(?P<before>~)?")
_CLOSING = re.compile(r"(?P<after>~)?\}\}")
_CLOSING_TRIPLE = re.compile(r"\}(?P<after>~)?\}\}")
_LONG_COMMENT = re.compile(r"!--(?P<text>.*?)--(?P<after>~)?\}\}", re.DOTALL)
_SHORT_COMMENT = re.compile(r"!(?P<text>.*?)(?P<after>~)?\}\}", re.DOTALL)
_KIND = re.compile(r"[#/^>&]|\{")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |"(?P<double>(?:\\"|[^"])*)"|'(?P<single>(?:\\'|[^'])*)'
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?)(?=[=~}\s/.)|\]]|$)
    |\[(?P<segment>(?:\\\]|[^\]])*)\]
    |(?P<up>\.\.)|(?P<id>[^\s!"#%-,./;->@\[-^`{-~]+)|(?P<mark>[@=()|./])""",
    re.VERBOSE,
)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(template: str, where: Location) -> list[Node]:
    """The nodes of a template, its layout rules not yet applied.

    Args:
        template: The text.
        where: The file, and the line of the template's first line.

    Raises:
        BadInput: A tag that is not closed, does not fit, or is not of the subset.
    """
    reader = _Reader(template, where)
    nodes, end = reader.nodes(0)
    if end is not None:
        raise reader.bad(
            f"{end.text} closes or divides a block that is not open",
            "remove it, or open its block",
            "unopened",
            end.line,
        )
    return nodes


@dataclass(frozen=True, slots=True)
class _End:
    """A tag that ends a run of nodes: an ``else`` (with what follows it), or a closing tag."""

    text: str
    line: int
    strip: Strip
    closes: str | None = None
    chain: Call | None = None


class _Reader:
    def __init__(self, template: str, where: Location) -> None:
        self.template = template
        self.where = where
        self.at = 0

    def bad(self, what: str, hint: str, code: str, line: int) -> BadInput:
        return BadInput(what, hint=hint, code=f"handlebars.{code}", where=Location(self.where.file, line))

    def line(self, offset: int) -> int:
        return (self.where.line or 1) + self.template.count("\n", 0, offset)

    def nodes(self, depth: int) -> tuple[list[Node], _End | None]:
        """Nodes up to the tag that ends them, or to the end of the template."""
        found: list[Node] = []
        while self.at < len(self.template):
            opening = self.text(found)
            if opening is None:
                break
            node = self.tag(opening, depth)
            if isinstance(node, _End):
                return found, node
            found.append(node)
        return found, None

    def text(self, found: list[Node]) -> re.Match[str] | None:
        """Take text up to the next tag, and give that tag's opening; escaped braces are text."""
        start = self.at
        opening = _OPENING.search(self.template, start)
        if opening is None:
            self.add_text(found, self.template[start:], start)
            self.at = len(self.template)
            return None
        before = self.template[start : opening.start()]
        if before.endswith("\\\\"):
            before = before[:-1]
        elif before.endswith("\\"):
            self.add_text(found, before[:-1], start)
            after = re.compile(r"\\{0,2}\{\{").search(self.template, opening.start() + 2)
            self.at = after.start() if after else len(self.template)
            self.add_text(found, self.template[opening.start() : self.at], opening.start())
            return self.text(found) if after else None
        self.add_text(found, before, start)
        self.at = opening.end()
        return opening

    def add_text(self, found: list[Node], text: str, offset: int) -> None:
        if text:
            found.append(Text(text, self.line(offset)))

    def tag(self, opening: re.Match[str], depth: int) -> Node | _End:
        line = self.line(opening.start())
        before = opening["before"] is not None
        for pattern in (_LONG_COMMENT, _SHORT_COMMENT):
            if comment := pattern.match(self.template, self.at):
                self.at = comment.end()
                return Comment(comment["text"].strip(), line, Strip(before, comment["after"] is not None))
        kind = _KIND.match(self.template, self.at)
        mark = kind[0] if kind else ""
        self.at += len(mark)
        if mark == "{":
            return self.triple(line, before)
        self.refuse_foreign(mark, line)
        start = opening.start()
        tokens, after = self.tokens(line)
        strip = Strip(before, after)
        if mark == "/":
            return self.closing(tokens, start, strip)
        if mark == "^" or (not mark and tokens[:1] == [("id", "else")]):
            return self.otherwise(mark, tokens, start, strip)
        return self.opened(mark, tokens, strip, depth=depth, line=line)

    def refuse_foreign(self, mark: str, line: int) -> None:
        after = self.template[self.at : self.at + 1]
        if mark == "#" and after in (">", "*"):
            raise self.bad(
                f"'{{{{#{after}' is not part of what can be imported",
                "write the text out, or use a plain partial",
                "foreign",
                line,
            )
        if not mark and after == "*":
            raise self.bad("a decorator, '{{*', is not part of what can be imported", "remove it", "foreign", line)

    def triple(self, line: int, before: bool) -> Mustache:
        if self.template.startswith("{", self.at):
            raise self.bad(
                "a raw block, '{{{{', is not part of what can be imported", "write \\{{ for braces", "foreign", line
            )
        tokens, after = self.tokens(line, _CLOSING_TRIPLE)
        return Mustache(self.call(tokens, line), line, Strip(before, after))

    def opened(self, mark: str, tokens: "list[_Token]", strip: Strip, *, depth: int, line: int) -> Node:
        if mark == "#":
            return self.block(self.call(tokens, line), strip, depth=depth + 1, line=line)
        if mark == ">":
            call = self.call(tokens, line)
            return Include(call.text, call, line, strip)
        return Mustache(self.call(tokens, line), line, strip)

    def closing(self, tokens: "list[_Token]", start: int, strip: Strip) -> _End:
        return _End(
            self.template[start : self.at], self.line(start), strip, closes="".join(text for _, text in tokens).strip()
        )

    def otherwise(self, mark: str, tokens: "list[_Token]", start: int, strip: Strip) -> _End:
        line = self.line(start)
        rest = [token for token in tokens[0 if mark else 1 :] if token[0] != "space"]
        if mark and rest:
            raise self.bad(
                f"'{{{{^{rest[0][1]}}}}}' is not part of what can be imported",
                "write {{#unless …}} instead",
                "foreign",
                line,
            )
        chain = self.call(rest, line) if rest else None
        return _End(self.template[start : self.at], line, strip, chain=chain)

    def block(self, call: Call, opened: Strip, *, depth: int, line: int) -> Block:
        """The block up to its closing tag; an ``{{else if …}}`` becomes a block of its own in the else part."""
        if depth > MAX_DEPTH:
            raise self.bad(f"more than {MAX_DEPTH} blocks inside each other", "flatten the template", "depth", line)
        name = call.text
        body, end = self.nodes(depth)
        block = Block(call, line, body, open=opened)
        if end is not None and end.closes is None:
            block.middle = end.strip
            if end.chain is not None:
                inner, block.close = self.chained(name, end.chain, end, depth=depth)
                inner.close = block.close
                block.otherwise = [inner]
                return block
            block.otherwise, end = self.nodes(depth)
        block.close = self.closed(name, end, line)
        return block

    def chained(self, outer: str, call: Call, tag: _End, *, depth: int) -> tuple[Block, Strip]:
        """The block that an ``{{else if …}}`` stands for, and the strip of the tag that closes the whole chain."""
        if depth >= MAX_DEPTH:
            raise self.bad(f"more than {MAX_DEPTH} branches in one block", "flatten the template", "depth", tag.line)
        inner = Block(call, tag.line, [], open=tag.strip, close=tag.strip, chained=True)
        inner.body, end = self.nodes(depth)
        if end is not None and end.closes is None:
            inner.middle = end.strip
            if end.chain is not None:
                # Handlebars gives each further branch its own opening marks for closing ones, too.
                last, close = self.chained(outer, end.chain, end, depth=depth + 1)
                inner.otherwise = [last]
                return inner, close
            inner.otherwise, end = self.nodes(depth)
        return inner, self.closed(outer, end, tag.line)

    def closed(self, name: str, end: _End | None, line: int) -> Strip:
        if end is None:
            raise self.bad(
                f"'{{{{#{name}}}}}' is opened and never closed", f"close it with {{{{/{name}}}}}", "unclosed", line
            )
        if end.closes != name:
            raise self.bad(
                f"{end.text} stands where {{{{/{name}}}}} should close the block of line {line}",
                "close the inner block first",
                "crossed",
                end.line,
            )
        return end.strip

    def tokens(self, line: int, closing: re.Pattern[str] = _CLOSING) -> "tuple[list[_Token], bool]":
        """The tokens of the tag up to its end, and whether a ``~`` stands before that."""
        found: list[_Token] = []
        while (end := closing.match(self.template, self.at)) is None:
            token = _TOKEN.match(self.template, self.at)
            if token is None:
                rest = self.template[self.at : self.at + 1]
                what = f"the character {rest!r} has no meaning in a tag" if rest else "'{{' is opened and never closed"
                raise self.bad(what, "close the tag with '}}', or write \\{{ for braces that are text", "syntax", line)
            found.append(_token(token))
            self.at = token.end()
        self.at = end.end()
        return [token for token in found if token[0] != "space"], end["after"] is not None

    def call(self, tokens: "list[_Token]", line: int) -> Call:
        return _Call(self, tokens, line).read()


_Token = tuple[str, str]


def _token(match: re.Match[str]) -> _Token:
    kind = str(match.lastgroup)
    text = match[kind]
    if kind == "double":
        return "string", text.replace('\\"', '"')
    if kind == "single":
        return "string", text.replace("\\'", "'")
    return kind, text.replace("\\]", "]") if kind == "segment" else text


class _Call:
    """Reads the tokens of one tag."""

    def __init__(self, reader: _Reader, tokens: list[_Token], line: int) -> None:
        self.reader = reader
        self.tokens = tokens
        self.line = line
        self.at = 0

    def peek(self, ahead: int = 0) -> _Token:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ("end", "")

    def read(self) -> Call:
        name = self.argument()
        arguments: list[Argument] = []
        named: dict[str, Argument] = {}
        while (token := self.peek())[0] != "end" and token != ("id", "as"):
            if token[0] in ("id", "segment") and self.peek(1) == ("mark", "="):
                self.at += 2
                named[token[1]] = self.argument()
            elif named:
                raise self.bad(f"{token[1]!r} stands after a named argument", "put it before the named ones")
            else:
                arguments.append(self.argument())
        return Call(name, tuple(arguments), named, self.block_names())

    def bad(self, what: str, hint: str) -> BadInput:
        return self.reader.bad(what, hint, "syntax", self.line)

    def argument(self) -> Argument:
        kind, text = self.peek()
        if kind == "string":
            self.at += 1
            return Constant(text)
        if kind == "number":
            self.at += 1
            return Constant(float(text) if "." in text else int(text))
        if kind == "id" and text in _WORDS and self.peek(1)[1] not in (".", "/"):
            self.at += 1
            return Constant(_WORDS[text])
        if (kind, text) == ("mark", "("):
            raise self.bad(
                "an expression in parentheses is not part of what can be imported", "compute the value before"
            )
        return self.name()

    def name(self) -> Name:
        data = self.peek() == ("mark", "@")
        self.at += data
        parts: list[str] = []
        written = "@" if data else ""
        up = 0
        scoped = False
        while True:
            kind, text = self.peek()
            if kind not in ("id", "segment", "up", "number") and (kind, text) != ("mark", "."):
                raise self.bad(
                    f"{text or 'the end of the tag'!r} stands where a name should", "write a name such as {{user.name}}"
                )
            self.at += 1
            written += f"[{text}]" if kind == "segment" else text
            if kind != "segment" and text in ("this", ".", ".."):
                if parts:
                    raise self.bad(f"{text!r} stands inside the path {written!r}", "put it first")
                scoped = True
                up += text == ".."
            else:
                parts.append(text)
            if self.peek() not in (("mark", "."), ("mark", "/")):
                return Name(tuple(parts), up, data, scoped, written)
            written += self.peek()[1]
            self.at += 1

    def block_names(self) -> tuple[str, ...]:
        if self.peek()[0] == "end":
            return ()
        words = self.tokens[self.at + 1 :]
        if len(words) < 3 or words[0] != ("mark", "|") or words[-1] != ("mark", "|"):
            raise self.bad("'as' is not followed by names between bars", "write {{#each items as |item|}}")
        if any(kind != "id" for kind, _ in words[1:-1]):
            raise self.bad("a name between the bars is not a plain name", "write {{#each items as |item|}}")
        return tuple(text for _, text in words[1:-1])
