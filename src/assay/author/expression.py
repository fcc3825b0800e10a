"""The expressions of the template language as trees: enough of them to tell what they read and how much they may build.

MiniJinja runs templates; these trees are only looked at (``work.py``). Operators of one kind are not told apart, and
their precedence is not kept, since neither changes a bound.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assay.author.language import Token, tokens
from assay.author.scan import Chunk

Kind = Literal["literal", "name", "part", "slice", "joined", "choice", "small", "call", "filter"]

MAX_NESTING = 50
"""Brackets, or conditions, in each other."""

_BINARY = frozenset({"~", "+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in"})
_WORDS = frozenset({"true", "false", "none", "True", "False", "None"})
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_STOP = frozenset({"if", "else", "and", "or", "in", "not", "is", "recursive"})


class NotExpression(Exception):
    """The tokens are no expression that prompts may use."""


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression.

    Attributes:
        kind: ``part`` is an attribute or an item, ``joined`` text or lists put together, ``choice`` one of its parts,
            ``small`` a number or a truth value made from its parts, ``call`` one of the language's functions.
        name: Of a name, a filter, a function; the operator of ``small``.
        value: Of a literal, as far as it matters: its text, or its number.
        parts: What it is made of; a filter's first one is what it is applied to, the rest are its arguments.
        keys: A filter's arguments that have names, which come last among its parts.
    """

    kind: Kind
    name: str = ""
    value: str | float = 0.0
    parts: tuple["Node", ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement does to names: ``gives`` pairs of names and the expression that they are taken from.

    Attributes:
        reads: The expressions that it evaluates beside those, such as a condition.
    """

    word: str
    gives: tuple[tuple[tuple[str, ...], Node], ...] = ()
    reads: tuple[Node, ...] = ()


def parse_expression(body: str) -> Node:
    """The tree of an expression.

    Raises:
        NotExpression: It is none that prompts may use.
    """
    reader = _Reader(tokens(body))
    found = reader.ternary()
    reader.end()
    return found


def parse_statement(chunk: Chunk) -> Statement:
    """What a statement evaluates and gives.

    Raises:
        NotExpression: An expression in it is none that prompts may use.
    """
    reader = _Reader(tokens(chunk.body)[1:])
    word = chunk.word
    if word in ("if", "elif"):
        condition = reader.ternary()
        reader.end()
        return Statement(word, reads=(condition,))
    if word == "for":
        return _loop(reader)
    if word in ("set", "with"):
        gives = [reader.assignment()]
        while reader.take(","):
            gives.append(reader.assignment())
        reader.end()
        return Statement(word, gives=tuple(gives))
    return Statement(word)


def _loop(reader: "_Reader") -> Statement:
    names = reader.targets("in")
    iterable = reader.either()
    condition = (reader.ternary(),) if reader.take("if") else ()
    reader.end()
    return Statement("for", gives=((names, iterable),), reads=condition)


def names_of(node: Node) -> Iterator[str]:
    """The names that an expression reads, as often as it does."""
    if node.kind == "name":
        yield node.name
    for part in node.parts:
        yield from names_of(part)


class _Reader:
    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    def peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def next(self) -> Token:
        token = self.peek()
        self._at += 1
        return token

    def take(self, *texts: str) -> bool:
        """Step over these tokens, if they come next."""
        ahead = [text for kind, text in self._tokens[self._at : self._at + len(texts)] if kind in ("op", "name")]
        if ahead != list(texts):
            return False
        self._at += len(texts)
        return True

    def need(self, text: str) -> None:
        if not self.take(text):
            raise NotExpression(text)

    def end(self) -> None:
        if self.peek()[0] != "end":
            raise NotExpression(self.peek()[1])

    def targets(self, stop: str) -> tuple[str, ...]:
        """The names before ``in`` or ``=``."""
        found: list[str] = []
        while not self.take(stop):
            kind, text = self.next()
            if kind == "name":
                found.append(text)
            elif text not in (",", "(", ")"):
                raise NotExpression(text)
        return tuple(found)

    def assignment(self) -> tuple[tuple[str, ...], Node]:
        return self.targets("="), self.ternary()

    def ternary(self) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise NotExpression("nested too deep")
        options = [self.either()]
        reads: list[Node] = []
        while self.take("if"):
            reads.append(self.either())
            if not self.take("else"):
                break
            options.append(self.either())
        self._depth -= 1
        return (
            options[0] if not reads else Node("choice", "if", parts=(*options, Node("small", "if", parts=tuple(reads))))
        )

    def either(self) -> Node:
        """Comparisons and the like, with ``and`` and ``or`` between them."""
        options = [self.binary()]
        while self.take("and") or self.take("or"):
            options.append(self.binary())
        return options[0] if len(options) == 1 else Node("choice", "or", parts=tuple(options))

    def binary(self) -> Node:
        parts = [self.unary()]
        operators: set[str] = set()
        while operator := self.operator():
            operators.add(operator)
            parts.append(self.unary())
        if not operators:
            return parts[0]
        if operators & {"~", "+"}:
            return Node("joined", "~", parts=tuple(parts))
        return Node("small", "in" if "in" in operators else "==", parts=tuple(parts))

    def operator(self) -> str:
        if self.take("not", "in"):
            return "in"
        kind, text = self.peek()
        if text in _BINARY and kind in ("op", "name"):
            self._at += 1
            return text
        return ""

    def unary(self) -> Node:
        signs = 0
        while self.take("-") or self.take("not"):
            signs += 1
        found = self.postfix()
        while self.take("is"):
            found = self.test(found)
        return Node("small", "not", parts=(found,)) if signs else found

    def test(self, tested: Node) -> Node:
        self.take("not")
        kind, name = self.next()
        if kind != "name":
            raise NotExpression(name)
        if self.take("("):
            arguments, _ = self.arguments()
        else:
            kind, text = self.peek()
            begins = kind in ("string", "number") or text in ("[", "{", "(") or (kind == "name" and text not in _STOP)
            arguments = (self.postfix(),) if begins else ()
        return Node("small", "in" if name == "in" else "==", parts=(tested, *arguments))

    def postfix(self) -> Node:
        found = self.primary()
        while True:
            if self.take("."):
                kind, text = self.next()
                if kind not in ("name", "number"):
                    raise NotExpression(text)
                found = Node("part", text, parts=(found,))
            elif self.take("["):
                found = self.subscript(found)
            elif self.take("|"):
                found = self.filter(found)
            else:
                return found

    def subscript(self, base: Node) -> Node:
        reads: list[Node] = []
        sliced = False
        while not self.take("]"):
            if self.take(":"):
                sliced = True
            else:
                reads.append(self.ternary())
        return Node("slice" if sliced else "part", parts=(base, Node("small", "not", parts=tuple(reads))))

    def filter(self, base: Node) -> Node:
        kind, name = self.next()
        if kind != "name":
            raise NotExpression(name)
        arguments, keys = self.arguments() if self.take("(") else ((), ())
        return Node("filter", name, parts=(base, *arguments), keys=keys)

    def arguments(self) -> tuple[tuple[Node, ...], tuple[str, ...]]:
        """The arguments up to the closing bracket, and the names of the last of them."""
        found: list[Node] = []
        keys: list[str] = []
        while not self.take(")"):
            ahead = self._tokens[self._at : self._at + 2]
            if len(ahead) == 2 and ahead[0][0] == "name" and ahead[1] == ("op", "="):
                keys.append(ahead[0][1])
                self._at += 2
            found.append(self.ternary())
            if not self.take(","):
                self.need(")")
                break
        return tuple(found), tuple(keys)

    def primary(self) -> Node:
        kind, text = self.next()
        if kind == "string":
            literal = _text(text)
            while self.peek()[0] == "string":
                literal += _text(self.next()[1])
            return Node("literal", value=literal)
        if kind == "number":
            return Node("literal", value=float(text.replace("_", "")))
        if kind == "name" and text not in _STOP:
            return self.named(text)
        if (kind, text) in (("op", "("), ("op", "[")):
            return self.listed(")" if text == "(" else "]")
        if (kind, text) == ("op", "{"):
            return self.mapping()
        raise NotExpression(text)

    def named(self, name: str) -> Node:
        if name in _WORDS:
            return Node("literal")
        if self.take("("):
            arguments, keys = self.arguments()
            return Node("call", name, parts=arguments, keys=keys)
        return Node("name", name)

    def listed(self, close: str) -> Node:
        """A list, a tuple, or an expression in brackets."""
        found: list[Node] = []
        commas = 0
        while not self.take(close):
            found.append(self.ternary())
            if not self.take(","):
                self.need(close)
                break
            commas += 1
        if close == ")" and len(found) == 1 and not commas:
            return found[0]
        return Node("joined", "[", parts=tuple(found))

    def mapping(self) -> Node:
        found: list[Node] = []
        while not self.take("}"):
            found.append(self.ternary())
            self.need(":")
            found.append(self.ternary())
            if not self.take(","):
                self.need("}")
                break
        return Node("joined", "[", parts=tuple(found))


def _text(literal: str) -> str:
    """The text of a quoted literal; escapes stand for one character each, whichever it is."""
    return _ESCAPE.sub(r"\1", literal[1:-1])
