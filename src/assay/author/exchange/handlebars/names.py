"""What a name of a Handlebars template stands for: an input, a field of what a block or a loop is about.

Handlebars looks a name up in the data that the nearest block made current, and nowhere else unless told by ``../``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assay.author.exchange.handlebars.shape import Shape, Value, quoted
from assay.author.exchange.handlebars.syntax import Argument, Constant, Name
from assay.core.errors import BadInput
from assay.core.location import Location

WHOLE = "input"
"""The name of the one input of a template whose data is not an object with named fields."""

RESERVED = frozenset(
    ("and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "loop")
)

_NAME = re.compile(r"[^\W\d]\w*")


def is_plain(name: str) -> bool:
    """Whether the native language can use it as a name."""
    return _NAME.fullmatch(name) is not None and name not in RESERVED


@dataclass(slots=True)
class Inputs:
    """The names that a template takes from outside.

    Attributes:
        declared: The JSON Schema of each declared input, and whether it is required.
        whole: What is known of the data where all of it is one value, the input ``WHOLE``.
        shapes: What is known of each name that is used.
        context: The names that were written with ``@``, and the inputs that they became.
    """

    declared: Mapping[str, tuple[Mapping[str, object], bool]]
    whole: Shape | None = None
    shapes: dict[str, Shape] = field(default_factory=dict)
    context: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> Value:
        """The value of an input."""
        schema, required = self.declared.get(name, (None, False))
        shape = self.shapes.setdefault(name, Shape(schema, required))
        kinds = shape.kinds()
        return Value(name, shape, empty=not required or kinds is None or "null" in kinds)

    def context_value(self, name: str) -> Value:
        """The value of a context variable, such as ``@auth``."""
        taken = {*self.declared, *self.shapes} - {self.context.get(name)}
        own = self.context.setdefault(name, f"context_{name}" if name in taken else name)
        return self.value(own)

    def settle(self) -> None:
        """Take what was learned from the uses for declared."""
        self.shapes = {
            name: shape if shape.schema is not None else Shape(shape.inferred(nested=False))
            for name, shape in self.shapes.items()
        }
        if self.whole is not None and self.whole.schema is None:
            self.whole = Shape(self.whole.inferred(nested=True), required=True)


@dataclass(frozen=True, slots=True)
class Frame:
    """The current data at some place.

    Attributes:
        this: Its value; None for all the inputs.
        added: The fields that a partial's call adds to it.
        bound: The names that ``as |…|`` gives.
    """

    this: Value | None
    added: Mapping[str, Value] = field(default_factory=dict)
    bound: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """A place in a template.

    Attributes:
        frames: The data around it, the nearest last.
        key: The expression for the key in the nearest loop, or None outside loops.
        inside: The partials that it stands in.
    """

    frames: tuple[Frame, ...]
    key: str | None = None
    inside: tuple[str, ...] = ()

    def within(self, frame: Frame, key: str | None = None) -> "Scope":
        """The scope inside a block that makes other data current."""
        return Scope((*self.frames, frame), key or self.key, self.inside)

    def taken(self) -> set[str]:
        """The variables that are in use here."""
        found: set[str] = set()
        for frame in self.frames:
            values = (frame.this, *frame.added.values(), *frame.bound.values())
            found |= {value.text for value in values if value is not None}
        return found


class WholeDataUsed(Exception):
    """Not an error but a signal: all the data is used as one value, so the walk starts again with it as one input."""


class Names:
    """Resolves names; errors name the file, which changes while a partial is read."""

    def __init__(self, file: str, inputs: Inputs) -> None:
        self.file = file
        self.inputs = inputs

    def root(self) -> Frame:
        """The data of the template itself."""
        whole = self.inputs.whole
        return Frame(None if whole is None else Value(WHOLE, whole, empty=not whole.required))

    def bad(self, what: str, hint: str, code: str, line: int) -> BadInput:
        """An error about a line of the template."""
        return BadInput(what, hint=hint, code=f"handlebars.{code}", where=Location(self.file, line))

    def value(self, argument: Argument, scope: Scope, line: int) -> Value:
        """The value that an argument stands for, where all the data at once needs a name."""
        found = self.resolve(argument, scope, line)
        if found is not None:
            return found
        if self.inputs.declared:
            raise self.bad(
                "all the data at once cannot be used beside declared inputs",
                "name the input that is meant",
                "whole",
                line,
            )
        self.inputs.whole = Shape()
        raise WholeDataUsed

    def resolve(self, argument: Argument, scope: Scope, line: int) -> Value | None:
        """The value that an argument stands for; None for ``this`` at the top, which is all the data."""
        if isinstance(argument, Constant):
            return Value(_constant(argument), Shape({"const": argument.value}, required=True))
        if argument.data:
            return self._data(argument, scope, line)
        if not argument.scoped and (bound := _bound(argument, scope)) is not None:
            return bound
        if argument.up >= len(scope.frames):
            raise self.bad(f"'{argument.text}' leads out of the template", "take a '../' out", "path", line)
        return self._in(scope.frames[-1 - argument.up], argument.parts, line)

    def _in(self, frame: Frame, parts: tuple[str, ...], line: int) -> Value | None:
        value = frame.this
        if parts and parts[0] in frame.added:
            value, parts = frame.added[parts[0]], parts[1:]
        if value is None and parts:
            value, parts = self.inputs.value(self.input_name(parts[0], line)), parts[1:]
        return None if value is None else _along(value, parts)

    def input_name(self, name: str, line: int) -> str:
        """The name, if it can be that of an input."""
        if not is_plain(name):
            raise self.bad(
                f"{name!r} cannot be the name of an input",
                "rename it to letters, digits and '_' before importing",
                "name",
                line,
            )
        return name

    def _data(self, name: Name, scope: Scope, line: int) -> Value | None:
        first, *rest = name.parts or ("",)
        if first == "root":
            return self._in(self.root(), tuple(rest), line)
        if first in ("index", "first", "last", "key") and not rest:
            if scope.key is None or name.up:
                raise self.bad(
                    f"'{name.text}' is not inside its own {{{{#each}}}}", "use it in the innermost loop", "path", line
                )
            kind = {"index": "integer", "key": "string"}.get(first, "boolean")
            text = {"index": "loop.index0", "key": scope.key}.get(first, f"loop.{first}")
            return Value(text, Shape({"type": kind}, required=True))
        if name.up or first in ("partial-block", "metadata", ""):
            raise self.bad(
                f"'{name.text}' is not part of what can be imported", "pass the value as an input", "path", line
            )
        return _along(self.inputs.context_value(self.input_name(first, line)), rest)


def _along(value: Value, parts: "tuple[str, ...] | list[str]") -> Value:
    for part in parts:
        value = value.field(part)
    return value


def _bound(name: Name, scope: Scope) -> Value | None:
    for frame in reversed(scope.frames):
        if name.parts and name.parts[0] in frame.bound:
            return _along(frame.bound[name.parts[0]], name.parts[1:])
    return None


def _constant(constant: Constant) -> str:
    value = constant.value
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else repr(value)
