"""How much a template may do: bounds worked out before it runs, and counted down while it does.

MiniJinja counts instructions. It does not count what one of them costs: a filter over a long text, a text that is put
together twenty times, a piece of literal text printed in each turn of a loop. Here each expression gets an upper bound
of the size of its value and of its cost, from the sizes of the values that are given. What may grow too large is
refused before it runs; each turn of a loop then pays for what is in it, through ``Meter.turn``.

A value's size is its characters, and ten for each item. Costs are in nanoseconds by measurement, rounded up.
"""

from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass

from assay.author import language
from assay.author.expression import Node, NotExpression, Statement, names_of, parse_expression, parse_statement
from assay.author.scan import Chunk
from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location

MAX_OUTPUT_CHARS = 10_000_000
"""Characters that one message may have."""

MAX_SIZE = 50_000_000
"""The largest value that an expression may build."""

MAX_COST_NS = 400_000_000
"""What one message may cost beside the printing, by the bounds."""

_ITEM = 10
_SMALL = 64
_MAX_RANGE = 100_000  # the engine's own limit
_MAX_INDENT = 100
_MAX_KNOWN = 256
_DEEPEST = 100  # levels of lists and mappings in a value

# A filter's value as a multiple of what it is applied to, and its cost per unit of size.
_FILTERS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("trim", "reverse"), (1.0, 20.0)),
    **dict.fromkeys(("first", "last", "attr", "safe"), (1.0, 2.0)),
    **dict.fromkeys(("upper", "lower", "capitalize"), (3.0, 30.0)),
    **dict.fromkeys(("items", "dictsort"), (3.0, 60.0)),
    **dict.fromkeys(("split", "lines", "list"), (1.0, 100.0)),
    **dict.fromkeys(("escape", "e"), (6.0, 25.0)),
    **dict.fromkeys(("sort", "unique", "groupby"), (3.0, 600.0)),
    **dict.fromkeys(("select", "reject", "selectattr", "rejectattr"), (1.0, 60.0)),
    **dict.fromkeys(("min", "max"), (1.0, 200.0)),
    "title": (3.0, 45.0),
    "string": (10.0, 30.0),
    "urlencode": (12.0, 45.0),
    "tojson": (6.0, 40.0),
    "join": (1.0, 60.0),
    "replace": (1.0, 30.0),
    "indent": (1.0, 20.0),
    "map": (1.0, 60.0),
}
# Filters whose value is a number, with their cost per unit of size.
_TO_NUMBER = {"abs": 1.0, "bool": 1.0, "count": 1.0, "float": 1.0, "int": 1.0, "length": 1.0, "round": 1.0, "sum": 20.0}
_TO_LIST = frozenset(
    {
        *("reverse", "items", "dictsort", "list", "sort", "unique", "groupby", "map"),
        *("select", "reject", "selectattr", "rejectattr", "split", "lines"),
    }
)
_WITH_A_FILTER_OR_TEST = {"map": 0, "select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}
_BY_ATTRIBUTE = frozenset({"sort", "unique", "groupby", "min", "max"})
_PER_ITEM_NS = {"map": 400.0, "select": 400.0, "reject": 400.0, "selectattr": 400.0, "rejectattr": 400.0, "join": 150.0}
_PER_COMPARED_ITEM_NS = 1_000.0


@dataclass(frozen=True, slots=True)
class Bound:
    """What a value is at most.

    Attributes:
        size: Its size; or, for a piece of something that a loop goes through, the size of all of it.
        items: How many items it has.
        depth: The number of loops around in which it is such a piece; 0 for a value of its own.
        each: The size of its largest item.
    """

    size: float
    items: float
    depth: int = 0
    each: float = 0.0


_NUMBER = Bound(20.0, 0.0, 0, 20.0)


def size_of(value: object) -> float:
    """The size of a value, as bounds count it."""
    total, todo = 0.0, [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            total += len(item)
        elif isinstance(item, Mapping):
            total += 2 * _ITEM * len(item)
            todo += item.keys()
            todo += item.values()
        elif isinstance(item, (list, tuple)):
            total += _ITEM * len(item)
            todo += item
        else:
            total += 20
        if total > MAX_SIZE:
            break
    return total


class Meter:
    """What is left of one message's bounds while it is being rendered."""

    def __init__(self, turns: Mapping[int, tuple[float, float]], chars: float) -> None:
        self._turns = turns
        self._chars = MAX_OUTPUT_CHARS - chars
        self._ns = float(MAX_COST_NS)
        self.printed(0)

    def printed(self, chars: int) -> None:
        """Count characters that are about to be printed."""
        self._chars -= chars
        if self._chars < 0:
            raise too_long()

    def turn(self, loop: int) -> None:
        """Count one turn of a loop: its literal text, and the cost of its expressions."""
        chars, cost_ns = self._turns.get(loop, (0.0, 0.0))
        self.printed(int(chars))
        self._ns -= cost_ns
        if self._ns < 0:
            raise too_much()


def too_long() -> BadInput:
    """The error for a message that would be too long."""
    return BadInput(
        f"the rendered message would be longer than {MAX_OUTPUT_CHARS:,} characters",
        hint="shorten the values, or loop over fewer of them",
        code="template.too_long",
    )


def too_much(where: Location | None = None) -> BadInput:
    """The error for a template that works too hard."""
    return BadInput(
        "the template does too much work and was stopped",
        hint="loop over fewer items, or filter shorter values",
        code="template.out_of_fuel",
        where=where,
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """A chunk of a message with its includes written out.

    Attributes:
        loop: The number of the loop that begins here.
        chars: Of literal text.
    """

    where: Location
    statement: Statement | None = None
    printed: Node | None = None
    loop: int | None = None
    chars: int = 0


class Work:
    """The bounds of one message's template.

    Args:
        chunks: Each template's pieces by its name, such as ``message:0`` and ``partial:NAME``.
        name: The message's template.
        places: The place of each template.

    Raises:
        BadInput: From the start: an expression that cannot be judged, or literal text that is too long.
    """

    def __init__(self, chunks: Mapping[str, Sequence[Chunk]], name: str, places: Mapping[str, Location]) -> None:
        self._loops = loop_numbers(chunks)
        self._steps = list(self._expanded(chunks, name, places))
        self._constant = not any(step.loop is not None or any(map(_has_work, _nodes(step))) for step in self._steps)
        self._chars = sum(step.chars for step in self._steps)
        self._names = sorted({name for step in self._steps for node in _nodes(step) for name in names_of(node)})
        self._known: dict[tuple[tuple[int, int], ...], Mapping[int, tuple[float, float]] | None] = {}
        if self._chars > MAX_OUTPUT_CHARS:
            error = too_long()
            error.where = places[name]
            raise error

    def _expanded(
        self, chunks: Mapping[str, Sequence[Chunk]], name: str, places: Mapping[str, Location]
    ) -> Iterator[_Step]:
        file = places[name].file
        for i, chunk in enumerate(chunks[name]):
            where = Location(file, chunk.line)
            included = next((part for part, _ in language.included([chunk], file)), None)
            if included is not None:
                if f"partial:{included}" in chunks:
                    yield from self._expanded(chunks, f"partial:{included}", places)
            elif chunk.kind in ("text", "raw"):
                yield _Step(where, chars=len(chunk.body))
            elif chunk.kind == "expression":
                yield _Step(where, printed=_expression(chunk, where))
            elif chunk.kind == "statement":
                yield _Step(where, statement=_statement(chunk, where), loop=self._loops.get((name, i)))

    def meter(self, values: Mapping[str, object]) -> Meter:
        """The bounds for these values.

        Raises:
            BadInput: A value would grow too large, or the work be too much, whatever the loops do.
        """
        if self._constant:
            return Meter({}, self._chars)
        sizes = {name: _whole(values[name]) for name in self._names if name in values}
        # Values of nearly the same sizes have nearly the same bounds: those of the next power of two.
        key = tuple((int(bound.size).bit_length(), int(bound.items).bit_length()) for bound in sizes.values())
        if key not in self._known:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[key] = self._turns({name: _rounded(bound) for name, bound in sizes.items()})
        turns = self._known[key]
        return Meter(self._exactly(sizes) if turns is None else turns, self._chars)

    def _turns(self, sizes: Mapping[str, Bound]) -> Mapping[int, tuple[float, float]] | None:
        try:
            return self._exactly(sizes)
        except BadInput:
            return None

    def _exactly(self, sizes: Mapping[str, Bound]) -> Mapping[int, tuple[float, float]]:
        walk = _Walk(sizes)
        for step in self._steps:
            walk.step(step)
        return walk.turns


def loop_numbers(chunks: Mapping[str, Sequence[Chunk]]) -> dict[tuple[str, int], int]:
    """(template, index of the chunk) of each loop -> a number of its own."""
    places = [
        (name, i)
        for name in sorted(chunks)
        for i, chunk in enumerate(chunks[name])
        if chunk.kind == "statement" and chunk.word == "for"
    ]
    return {place: number for number, place in enumerate(places)}


def _expression(chunk: Chunk, where: Location) -> Node:
    try:
        found = parse_expression(chunk.body)
    except NotExpression as error:
        raise _not_judged(error, where) from None
    _check(found, where)
    return found


def _statement(chunk: Chunk, where: Location) -> Statement:
    try:
        found = parse_statement(chunk)
    except NotExpression as error:
        raise _not_judged(error, where) from None
    for node in (*found.reads, *(node for _, node in found.gives)):
        _check(node, where)
    return found


def _not_judged(error: NotExpression, where: Location) -> BadInput:
    return BadInput(
        f"this is not an expression of the template language (at {str(error) or 'its end'!r})",
        hint="write it in a simpler way",
        code="template.expression",
        where=where,
    )


def _check(node: Node, where: Location) -> None:
    """Refuse arguments that hide what a filter does: which filter ``map`` applies, how far ``indent`` goes."""
    at = _WITH_A_FILTER_OR_TEST.get(node.name) if node.kind == "filter" else None
    given = node.parts[1 : len(node.parts) - len(node.keys)]
    if at is not None and len(given) > at:
        name = given[at].value if given[at].kind == "literal" else None
        if not isinstance(name, str):
            raise _refused(f"'{node.name}' needs the name of a filter or a test in quotes", "map('upper')", where)
        if node.name == "map":
            if name not in language.FILTERS or name in _WITH_A_FILTER_OR_TEST:
                raise unknown_name("filter", name, language.FILTERS, code="template.filter", where=where)
            _check(Node("filter", name, parts=(node.parts[0], *node.parts[2:]), keys=node.keys), where)
    if node.kind == "filter" and node.name == "indent" and len(node.parts) > 1:
        width = node.parts[1]
        if width.kind != "literal" or not isinstance(width.value, float) or width.value > _MAX_INDENT:
            what = f"'indent' needs a number of at most {_MAX_INDENT} that is written out"
            raise _refused(what, "indent(4)", where)
    for part in node.parts:
        _check(part, where)


def _refused(what: str, example: str, where: Location) -> BadInput:
    return BadInput(what, hint=f"write it as in {{{{ value|{example} }}}}", code="template.argument", where=where)


def _nodes(step: _Step) -> Iterator[Node]:
    """The expressions whose size matters; one that is only printed is counted when it is."""
    if step.printed is not None and _has_work(step.printed):
        yield step.printed
    if step.statement is not None:
        yield from step.statement.reads
        yield from (node for _, node in step.statement.gives)


def _whole(value: object) -> Bound:
    size = size_of(value)
    return Bound(size, len(value) if isinstance(value, Sized) else 0, 0, size)


def _rounded(bound: Bound) -> Bound:
    size = float(2 ** int(bound.size).bit_length())
    return Bound(size, float(2 ** int(bound.items).bit_length()), 0, size)


def _has_work(node: Node) -> bool:
    return node.kind in ("slice", "joined", "small", "call", "filter") or any(_has_work(part) for part in node.parts)


@dataclass(slots=True)
class _Loop:
    """A loop that has begun, and what one turn of it costs so far."""

    number: int
    chars: float = 0.0
    cost_ns: float = 0.0


class _Walk:
    """One way through a message's steps, with the sizes of given values."""

    def __init__(self, sizes: Mapping[str, Bound]) -> None:
        self.turns: dict[int, tuple[float, float]] = {}
        self._frames: list[dict[str, Bound]] = [dict(sizes)]
        self._loops: list[_Loop] = []
        self._blocks: list[str] = []
        self._once_ns = 0.0
        self._where = Location("")

    def step(self, step: _Step) -> None:
        self._where = step.where
        if self._loops:
            self._loops[-1].chars += step.chars
        if step.printed is not None:
            self.bound(step.printed)
        elif step.statement is not None:
            self.statement(step.statement, step.loop)

    def statement(self, statement: Statement, loop: int | None) -> None:
        word = statement.word
        if word == "set":
            self.set(statement)
        elif word in ("for", "with", "if"):
            self.begin(statement, loop or 0)
        elif word in ("endfor", "endwith", "endif") and self._blocks:
            block = self._blocks.pop()
            if block == "for":
                self.end_loop()
            if block != "if":
                self._frames.pop()
        elif word == "else" and self._blocks[-1:] == ["for"]:
            self.end_loop()
            self._blocks[-1] = "else"
        else:
            for node in statement.reads:
                self.bound(node)

    def begin(self, statement: Statement, loop: int) -> None:
        self._blocks.append(statement.word)
        if statement.word == "for":
            self.begin_loop(statement, loop)
        elif statement.word == "with":
            given = [(names, self.bound(node)) for names, node in statement.gives]
            self._frames.append({name: bound for names, bound in given for name in names})
        else:
            for node in statement.reads:
                self.bound(node)

    def set(self, statement: Statement) -> None:
        for names, node in statement.gives:
            bound = self.bound(node)
            for name in names:
                self._frames[-1][name] = self.either([self.name(name), bound]) if "if" in self._blocks else bound

    def begin_loop(self, statement: Statement, number: int) -> None:
        ((names, node),) = statement.gives
        found = self.bound(node)
        self.charge(found, 20 * found.size)
        if found.depth == len(self._loops) and found.each > _SMALL:
            item = Bound(found.size, found.size, len(self._loops) + 1, found.size)
        else:
            item = Bound(found.each, found.each, 0, found.each)
        self._loops.append(_Loop(number))
        self._frames.append({**dict.fromkeys(names, item), "loop": item})
        for condition in statement.reads:
            self.bound(condition)
        # It is asked of every item before the first turn, so its turns are not counted by the loop's own mark.
        asked, self._loops[-1].cost_ns = self._loops[-1].cost_ns, 0.0
        self.charge_around(asked * found.items)

    def charge_around(self, cost_ns: float) -> None:
        """Count work that belongs to what is around the innermost loop."""
        if len(self._loops) > 1:
            self._loops[-2].cost_ns += cost_ns
        else:
            self.charge_once(cost_ns)

    def end_loop(self) -> None:
        done = self._loops.pop()
        chars, cost_ns = self.turns.get(done.number, (0.0, 0.0))
        self.turns[done.number] = (max(chars, done.chars), max(cost_ns, done.cost_ns))

    def charge(self, bound: Bound, cost_ns: float) -> None:
        """Count work on a value: once for all turns together where it is a piece of what is looped over."""
        if bound.depth == len(self._loops):
            self.charge_once(cost_ns)
        else:
            self._loops[-1].cost_ns += cost_ns

    def charge_once(self, cost_ns: float) -> None:
        self._once_ns += cost_ns
        if self._once_ns > MAX_COST_NS:
            raise too_much(self._where)

    def sized(self, size: float, items: float, parts: Sequence[Bound]) -> Bound:
        """A new value made of parts; a piece of a loop's only if all parts that count are."""
        if size > MAX_SIZE:
            raise BadInput(
                f"an expression may build a value of more than {MAX_SIZE:,} characters",
                hint="shorten the values, or apply fewer filters to them",
                code="template.too_long",
                where=self._where,
            )
        depth = len(self._loops)
        large = [part for part in parts if part.size > _SMALL]
        whole = bool(large) and all(part.depth == depth for part in large)
        return Bound(size, items, depth if whole else 0, size)

    def either(self, options: Sequence[Bound]) -> Bound:
        size = sum(option.size for option in options)
        return self.sized(size, sum(option.items for option in options), options)

    def bound(self, node: Node) -> Bound:
        """What the node's value is at most; its work is counted on the way."""
        if node.kind == "literal":
            return _NUMBER if isinstance(node.value, float) else Bound(len(node.value), len(node.value), 0, 1.0)
        if node.kind == "name":
            return self.name(node.name)
        if node.kind == "filter":
            return self.filter(node)
        if node.kind == "call" and node.name == "range":
            return self.range(node)
        parts = [self.bound(part) for part in node.parts]
        if node.kind == "part":
            size = max(parts[0].each, _NUMBER.size)
            return Bound(size, size, parts[0].depth, size)
        if node.kind == "choice":
            return self.either(parts)
        return self.operation(node, parts)

    def operation(self, node: Node, parts: list[Bound]) -> Bound:
        costs = {"in": 20.0, "==": 10.0, "~": 40.0}
        for part in parts:
            self.charge(part, (15.0 if node.kind == "slice" else costs.get(node.name, 0.0)) * part.size)
        if node.kind == "slice":
            return parts[0]
        if node.kind == "small":
            return _NUMBER
        size = sum(part.size + 2 * _ITEM for part in parts) + sum(map(len, node.keys))
        return self.sized(size, len(parts) if node.name == "[" else size, parts)

    def name(self, name: str) -> Bound:
        for frame in reversed(self._frames):
            if name in frame:
                return frame[name]
        return _NUMBER

    def range(self, node: Node) -> Bound:
        numbers = [part.value if part.kind == "literal" else None for part in node.parts]
        known = [number for number in numbers if isinstance(number, float)]
        turns = min(max(known, default=0.0), _MAX_RANGE) if len(known) == len(numbers) else _MAX_RANGE
        found = Bound((_ITEM + _NUMBER.size) * turns, turns, 0, _NUMBER.size)
        for part in node.parts:
            self.bound(part)
        self.charge(found, 20 * turns)
        return found

    def filter(self, node: Node) -> Bound:
        value, *arguments = (self.bound(part) for part in node.parts)
        if node.name in ("default", "d"):
            return self.either([value, *arguments])
        if node.name in _TO_NUMBER:
            self.charge(value, _TO_NUMBER[node.name] * value.size)
            return _NUMBER
        size, cost_ns = self.filtered(node, value, arguments)
        self.charge(value, cost_ns)
        items = value.items + 1 if node.name in _TO_LIST else size
        return self.sized(size, items, [value, *arguments])

    def filtered(self, node: Node, value: Bound, arguments: list[Bound]) -> tuple[float, float]:
        """The size of what a filter makes of a value, and its cost."""
        growth, cost_ns = _FILTERS.get(node.name, (10.0, 600.0))
        growth *= self.growth(node, value, arguments)
        cost_ns *= value.size
        if node.name in _BY_ATTRIBUTE and len(node.parts) > 1:
            cost_ns = cost_ns / 10 + _PER_COMPARED_ITEM_NS * value.items
        cost_ns += _PER_ITEM_NS.get(node.name, 0.0) * value.items
        size = value.size * growth + sum(argument.size for argument in arguments) + _ITEM
        if node.name in _TO_LIST:
            size += 2 * _ITEM * (value.items + 1)
        if node.name == "map" and not node.keys and len(node.parts) > 1:
            each = Node("filter", str(node.parts[1].value), parts=(node.parts[0], *node.parts[2:]))
            inner, inner_ns = self.filtered(each, value, arguments[1:])
            # What each item is given as well, such as the new text of ``replace``, it is given again for every item.
            size += inner + value.items * (_ITEM + sum(argument.size for argument in arguments))
            cost_ns += inner_ns
        return size, cost_ns

    def growth(self, node: Node, value: Bound, arguments: list[Bound]) -> float:
        """How much longer the arguments may make the value, as a multiple."""
        first = node.parts[1] if len(node.parts) > 1 else None
        number = first.value if first is not None and isinstance(first.value, float) else 0.0
        if node.name == "indent":
            return 1 + (number if first is not None else 4.0)
        if node.name == "tojson":
            literal = first is None or first.kind == "literal"
            return 1 + _DEEPEST / _ITEM / 6 * (number if literal else _MAX_INDENT)
        if node.name == "join" and arguments:
            return 1 + arguments[0].size * value.items / max(1.0, value.size)
        if node.name == "replace" and len(arguments) > 1:
            old = len(str(first.value)) if first is not None and first.kind == "literal" else 0
            return max(1.0, arguments[1].size / old) if old else 1 + arguments[1].size
        return 1.0
