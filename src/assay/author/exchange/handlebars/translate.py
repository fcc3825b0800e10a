"""Handlebars into the native template language, so that every value renders to the same text.

What cannot be said there, or would not be the same, is refused with its line. A template is walked twice:
first to see how each name is used, then to write it with what is then known (``shape.py``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from assay.author.exchange.handlebars.names import Frame, Inputs, Names, Scope, is_plain
from assay.author.exchange.handlebars.parser import parse
from assay.author.exchange.handlebars.shape import Shape, Value, quoted
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
    Text,
)
from assay.author.exchange.handlebars.whitespace import lay_out
from assay.core.errors import BadInput
from assay.core.location import Location

MAX_PARTIALS = 500
"""Partials with different meanings that one template may include."""

_BRACES = re.compile(r"\{[{%#]+")
_COMPARISONS = {"ifEquals": "==", "unlessEquals": "!="}
_CONDITIONS = ("if", "unless", *_COMPARISONS)
_PARTS = {
    "section": "a message is one text here; the text around the mark is kept",
    "media": "a message is text here; there is no place for a picture or a sound",
}


@dataclass(slots=True)
class Piece:
    """A piece of the translation: literal text, or a tag."""

    text: str
    tag: bool


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was left out, with its place and the reason."""

    where: Location
    what: str
    why: str


class Partials:
    """The partials that a template includes: as they are read, and as they are written."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self.written: dict[str, str] = {}
        self._read = read
        self._trees: dict[str, list[Node]] = {}
        self._meanings: dict[tuple[object, ...], tuple[str, str]] = {}

    def tree(self, name: str, file: str) -> list[Node] | None:
        """The nodes of a partial, or None when there is none of that name."""
        if name not in self._trees:
            text = self._read(name)
            if text is None:
                return None
            self._trees[name] = parse(text.replace("\r\n", "\n"), Location(file, 1))
            lay_out(self._trees[name])
        return self._trees[name]

    def put(self, name: str, meaning: tuple[object, ...], write: Callable[[], str]) -> tuple[str, str]:
        """The name under which the partial stands for that meaning of its names, and the line breaks that end it.

        Those belong after the include, as the native language drops them from a partial's end.
        """
        if meaning not in self._meanings:
            text = write()
            kept = text.rstrip("\n")
            base = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "partial"
            own, n = base, 1
            while self.written.get(own, kept) != kept:
                n += 1
                own = f"{base}-{n}"
            self.written[own] = kept
            self._meanings[meaning] = (own, text[len(kept) :])
        return self._meanings[meaning]

    @property
    def full(self) -> bool:
        """Whether there are more meanings of partials than anybody writes by hand."""
        return len(self._meanings) >= MAX_PARTIALS

    def start_over(self) -> None:
        """Forget what was written."""
        self.written, self._meanings = {}, {}


class Translation:
    """One template with its partials.

    Args:
        file: The file's name, for messages.
        inputs: What is declared; what is found out is added.
        partials: Where partials come from and go to.
    """

    def __init__(self, file: str, inputs: Inputs, partials: Partials) -> None:
        self.inputs = inputs
        self.partials = partials
        self.left: list[Left] = []
        self._names = Names(file, inputs)

    def start_over(self) -> None:
        """Forget what was written; what was learned about the inputs holds from now on."""
        self.left = []
        self.partials.start_over()
        self.inputs.settle()

    def tree(self, name: str, line: int) -> list[Node]:
        """The nodes of a partial."""
        found = self.partials.tree(name, self._place(name))
        if found is None:
            hint = f"put the file _{name}.prompt beside the one that is imported"
            raise self._names.bad(f"there is no partial {name!r}", hint, "partial", line)
        return found

    def text(self, nodes: list[Node], scope: Scope | None = None) -> str:
        """The nodes in the native language."""
        return _joined(self._pieces(nodes, scope or Scope((self._names.root(),))))

    def _place(self, partial: str) -> str:
        return f"{self._names.file.split(' > ')[0]} > {partial}"

    def _pieces(self, nodes: list[Node], scope: Scope) -> list[Piece]:
        found: list[Piece] = []
        for node in nodes:
            if isinstance(node, Text):
                found.append(Piece(node.text, tag=False))
            elif isinstance(node, Mustache):
                found += self._mustache(node, scope)
            elif isinstance(node, Include):
                found += self._include(node, scope)
            elif isinstance(node, Block):
                found += self._block(node, scope)
            else:
                assert isinstance(node, Comment)
        return found

    def _bad_call(self, what: str, hint: str, line: int) -> BadInput:
        return self._names.bad(what, hint, "helper", line)

    # --- one tag

    def _mustache(self, node: Mustache, scope: Scope) -> list[Piece]:
        call = node.call
        helper = helper_of(call)
        if helper == "json":
            return [_tag(f"{{{{ {self._json(call, scope, node.line)} }}}}")]
        if helper in _PARTS:
            values = [str(a.value) for a in call.arguments if isinstance(a, Constant)]
            what = f"{{{{{' '.join([helper, *map(quoted, values)])}}}}}"
            self.left.append(Left(Location(self._names.file, node.line), what, _PARTS[helper]))
            return []
        if helper in ("role", "history"):
            raise self._names.bad(
                f"'{{{{{helper}}}}}' stands inside a block or a partial, where a value could decide about it",
                f"move {{{{{helper}}}}} out of it",
                "role_in_block",
                node.line,
            )
        if call.arguments or call.named or isinstance(call.name, Constant):
            raise self._bad_call(f"the helper {call.text!r} is not known", "pass its result as an input", node.line)
        value = self._names.value(call.name, scope, node.line)
        value.shape.uses.add("printed")
        printed = value.printed()
        if printed is None:
            raise self._names.bad(
                f"{call.text!r} is an object, and would print as '[object Object]'",
                "write {{json …}}",
                "object",
                node.line,
            )
        return [_tag(f"{{{{ {printed} }}}}")]

    def _json(self, call: Call, scope: Scope, line: int) -> str:
        indent = call.named.get("indent")
        if len(call.arguments) != 1 or set(call.named) - {"indent"} or not isinstance(indent, Constant | None):
            raise self._bad_call("'json' takes one value and a fixed indent", "write {{json value indent=2}}", line)
        found = self._names.resolve(call.arguments[0], scope, line)
        if found is None and self.inputs.declared:
            text = f"dict({', '.join(f'{name}={name}' for name in self.inputs.declared)})"
        else:
            value = found or self._names.value(call.arguments[0], scope, line)
            value.shape.uses.add("dumped")
            text = value.guarded()
        width = indent.value if indent is not None else 0
        return f"{text}|tojson(indent={width})" if width else f"{text}|tojson(compact=true)"

    # --- partials

    def _include(self, node: Include, scope: Scope) -> list[Piece]:
        self._check_include(node, scope)
        frame = scope.frames[-1]
        if node.call.arguments:
            frame = Frame(self._names.resolve(node.call.arguments[0], scope, node.line))
        given = {key: self._names.value(argument, scope, node.line) for key, argument in node.call.named.items()}
        added = {key: replace(value, text=key, absent=False, empty=True) for key, value in given.items()}
        inner = Scope((Frame(frame.this, {**frame.added, **added}),), scope.key, (*scope.inside, node.name))
        name, ending = self._partial(node, inner)
        include = [_tag(f'{{% include "{name}" %}}')]
        if bindings := self._bindings(given, node.line):
            include = [_tag(f"{{% with {bindings} %}}"), *include, _tag("{% endwith %}")]
        return [*include, Piece(ending, tag=False)]

    def _check_include(self, node: Include, scope: Scope) -> None:
        if node.indent:
            raise self._names.bad(
                f"the partial {node.name!r} is indented, so that each of its lines would be",
                "take the white space before {{> …}} out",
                "indented_partial",
                node.line,
            )
        if node.name in scope.inside:
            circle = " → ".join((*scope.inside[scope.inside.index(node.name) :], node.name))
            raise self._names.bad(
                f"the partials include each other in a circle: {circle}", "take one out", "cycle", node.line
            )
        if len(node.call.arguments) > 1:
            raise self._bad_call("a partial takes one value at most", "name the others: {{> p a=x}}", node.line)

    def _bindings(self, given: dict[str, Value], line: int) -> str:
        found: list[str] = []
        for key, value in given.items():
            self._names.input_name(key, line)
            if set(re.findall(r"\w+", value.text)) & set(given) - {key}:
                raise self._bad_call(
                    f"the values for the partial are made of each other's names ({key!r})", "rename them", line
                )
            if value.text != key:
                found.append(f"{key} = {value.guarded()}")
        return ", ".join(found)

    def _partial(self, node: Include, scope: Scope) -> tuple[str, str]:
        nodes = self.tree(node.name, node.line)
        frame = scope.frames[0]
        this = None if frame.this is None else _meaning(frame.this)
        added = tuple(sorted((key, *_meaning(value)) for key, value in frame.added.items()))
        if self.partials.full:
            raise self._bad_call(
                f"more than {MAX_PARTIALS} uses of partials differ in their values", "use fewer", node.line
            )

        def write() -> str:
            outer, self._names.file = self._names.file, self._place(node.name)
            try:
                return self.text(nodes, scope)
            finally:
                self._names.file = outer

        return self.partials.put(node.name, (node.name, this, scope.key, added), write)

    # --- blocks

    def _block(self, node: Block, scope: Scope) -> list[Piece]:
        helper = helper_of(node.call)
        if helper == "each":
            return self._each(node, scope)
        if helper == "with":
            return self._with(node, scope)
        if helper in _CONDITIONS:
            return self._conditional(node, scope)
        hint = "use #if, #unless, #each, #with, #ifEquals or #unlessEquals"
        raise self._bad_call(f"the block helper {node.call.text!r} is not known", hint, node.line)

    def _one(self, node: Block, *, names: int) -> Argument:
        call = node.call
        if len(call.arguments) != 1 or call.named or len(call.block_names) > names:
            raise self._bad_call(f"'#{call.text}' takes one value here", "take the rest out", node.line)
        return call.arguments[0]

    def _condition(self, node: Block, scope: Scope) -> str:
        helper = helper_of(node.call)
        if helper in _COMPARISONS:
            return self._comparison(node, scope)
        value = self._names.resolve(self._one(node, names=0), scope, node.line)
        if value is None:
            return "true" if helper == "if" else "false"
        value.shape.uses.add("tested")
        test = value.tested()
        if helper == "if":
            return test
        return f"not ({test})" if re.search(r"[\s|]", test) else f"not {test}"

    def _comparison(self, node: Block, scope: Scope) -> str:
        call = node.call
        if len(call.arguments) != 2 or call.named:
            raise self._bad_call("a comparison takes two values", "write {{#ifEquals a b}}", node.line)
        left, right = (self._names.value(a, scope, node.line) for a in call.arguments)
        for value in (left, right):
            value.shape.uses.add("compared")
        operator = _COMPARISONS[call.text]
        test = f"{_operand(left)} {operator} {_operand(right)}"
        if not (left.may_be("boolean") and right.may_be("number")) and not (
            left.may_be("number") and right.may_be("boolean")
        ):
            return test
        # In the native language true equals 1; in Handlebars it does not.
        kinds = f"({left.text} is boolean) {operator} ({right.text} is boolean)"
        return f"{test} {'and' if operator == '==' else 'or'} {kinds}"

    def _conditional(self, node: Block, scope: Scope) -> list[Piece]:
        if node.call.block_names:
            raise self._bad_call("a condition gives no names", "take 'as |…|' out", node.line)
        pieces = [_tag(f"{{% if {self._condition(node, scope)} %}}"), *self._pieces(node.body, scope)]
        rest = node.otherwise
        while rest and (inner := _chained_condition(rest[0])):
            pieces += [_tag(f"{{% elif {self._condition(inner, scope)} %}}"), *self._pieces(inner.body, scope)]
            rest = inner.otherwise
        return [*pieces, *self._otherwise(rest, scope), _tag("{% endif %}")]

    def _otherwise(self, nodes: list[Node] | None, scope: Scope) -> list[Piece]:
        return [] if nodes is None else [_tag("{% else %}"), *self._pieces(nodes, scope)]

    def _with(self, node: Block, scope: Scope) -> list[Piece]:
        value = self._names.value(self._one(node, names=1), scope, node.line)
        value.shape.uses.add("tested")
        inside = replace(value, empty=False, absent=False)
        frame = Frame(inside, bound=dict.fromkeys(node.call.block_names, inside))
        pieces = [_tag(f"{{% if {value.tested()} %}}"), *self._pieces(node.body, scope.within(frame))]
        return [*pieces, *self._otherwise(node.otherwise, scope), _tag("{% endif %}")]

    def _each(self, node: Block, scope: Scope) -> list[Piece]:
        argument = self._one(node, names=2)
        value = self._names.value(argument, scope, node.line)
        value.shape.uses.add("listed")
        if _uses_key(node.body):
            value.shape.uses.add("keyed")
        names = node.call.block_names
        taken = {*self.inputs.declared, *self.inputs.shapes} | scope.taken()
        item = _fresh(names[0] if names else _singular(argument), taken)
        shape = value.shape.items()
        this = Value(item, shape, empty=shape.may_be("null"))
        if value.shape.keyed():
            key = _fresh("key", taken | {item})
            entries = f"({value.guarded()} or {{}})" if value.absent or value.empty else value.text
            opening = f"{{% for {key}, {item} in {entries}|items %}}"
        else:
            key = "loop.index0"
            opening = f"{{% for {item} in {value.guarded()} %}}"
        number = Value(key, Shape({"type": "string" if value.shape.keyed() else "integer"}, required=True))
        frame = Frame(this, bound=dict(zip(names, (this, number), strict=False)))
        pieces = [_tag(opening), *self._pieces(node.body, scope.within(frame, key))]
        return [*pieces, *self._otherwise(node.otherwise, scope), _tag("{% endfor %}")]


def helper_of(call: Call) -> str:
    """The name that a tag starts with, where it could be that of a helper."""
    return call.name.text if isinstance(call.name, Name) and not call.name.scoped and not call.name.data else ""


def escape_braces(text: str, *, before_tag: bool = False) -> str:
    """Text as it must be written in a native template to stand for itself."""
    escaped = _BRACES.sub(lambda m: f"{{{{ '{m[0]}' }}}}", text)
    if before_tag and escaped.endswith("{"):
        escaped = escaped[:-1] + "{{ '{' }}"
    return escaped


def _joined(pieces: list[Piece]) -> str:
    """The pieces as one template; braces of the text are kept from being read as tags."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and not merged[-1].tag and not piece.tag:
            merged[-1] = Piece(merged[-1].text + piece.text, tag=False)
        elif piece.text:
            merged.append(piece)
    last = len(merged) - 1
    return "".join(p.text if p.tag else escape_braces(p.text, before_tag=i < last) for i, p in enumerate(merged))


def _tag(text: str) -> Piece:
    return Piece(text, tag=True)


def _meaning(value: Value) -> tuple[str, bool, bool, str]:
    """What tells one value of a partial's name from another."""
    shape = value.shape
    return value.text, value.absent, value.empty, str(id(shape)) if shape.schema is None else repr(shape.schema)


def _operand(value: Value) -> str:
    return f"({value.guarded()})" if value.absent else value.text


def _chained_condition(node: Node) -> Block | None:
    if isinstance(node, Block) and node.chained and helper_of(node.call) in _CONDITIONS and not node.call.block_names:
        return node
    return None


def _fresh(wanted: str, taken: set[str]) -> str:
    """A name for a loop's variable that stands for nothing else around it."""
    base = wanted if is_plain(wanted) else "item"
    name, n = base, 1
    while name in taken:
        n += 1
        name = f"{base}_{n}"
    return name


def _singular(argument: Argument) -> str:
    """A name for one item of a list by the list's name: ``tickets`` -> ``ticket``."""
    last = argument.parts[-1] if isinstance(argument, Name) and argument.parts else ""
    if last.endswith("ies") and len(last) > 4:
        return f"{last[:-3]}y"
    if last.endswith("s") and not last.endswith(("ss", "us")) and len(last) > 3:
        return last[:-1]
    return "item"


def _uses_key(nodes: list[Node]) -> bool:
    """Whether a loop's body asks for the ``@key`` of this loop."""
    for node in nodes:
        if isinstance(node, Mustache | Block | Include):
            arguments = (node.call.name, *node.call.arguments, *node.call.named.values())
            if any(isinstance(a, Name) and a.data and a.parts == ("key",) for a in arguments):
                return True
            if (
                isinstance(node, Block)
                and helper_of(node.call) != "each"
                and _uses_key(node.body + (node.otherwise or []))
            ):
                return True
    return False
