"""The parts of a Handlebars template, as the parser finds them.

Only what dotprompt files use is here; the parser refuses the rest by name and line. Nodes can change,
since the layout rules (``whitespace.py``) trim text in place.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Strip:
    """The ``~`` marks of a tag: whether it eats the white space before it, and after it."""

    before: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A path such as ``../user.name`` or ``@index``.

    Attributes:
        parts: The names after all ``this``, ``.`` and ``..``.
        up: The number of ``..``.
        data: Whether it starts with ``@``.
        scoped: Whether it starts with ``this``, ``.`` or ``..``, and so is never a helper or a block parameter.
        text: As it was written.
    """

    parts: tuple[str, ...]
    up: int
    data: bool
    scoped: bool
    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: text, number, ``true``, ``false`` or ``null``."""

    value: str | float | bool | None


Argument = Name | Constant


@dataclass(frozen=True, slots=True)
class Call:
    """What stands in a tag: a name, what follows it, and ``key=value`` pairs."""

    name: Name | Constant
    arguments: tuple[Argument, ...] = ()
    named: dict[str, Argument] = field(default_factory=dict)
    block_names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The name as it was written."""
        return self.name.text if isinstance(self.name, Name) else str(self.name.value)


@dataclass(slots=True)
class Text:
    """Literal text; ``original`` is what it was before any of it was trimmed."""

    text: str
    line: int
    original: str = ""
    trimmed_before: bool = False
    trimmed_after: bool = False

    def __post_init__(self) -> None:
        self.original = self.text


@dataclass(slots=True)
class Mustache:
    """``{{ … }}``: a value to print, or a helper."""

    call: Call
    line: int
    strip: Strip


@dataclass(slots=True)
class Comment:
    """``{{! … }}``"""

    text: str
    line: int
    strip: Strip


@dataclass(slots=True)
class Include:
    """``{{> name }}``; ``indent`` is the white space before one that stands alone on its line."""

    name: str
    call: Call
    line: int
    strip: Strip
    indent: str = ""


@dataclass(slots=True)
class Block:
    """``{{#name}} … {{else}} … {{/name}}``.

    Attributes:
        chained: Whether it stands for an ``{{else name}}`` inside another block, whose end it shares.
    """

    call: Call
    line: int
    body: "list[Node]"
    otherwise: "list[Node] | None" = None
    open: Strip = Strip()
    middle: Strip = Strip()
    close: Strip = Strip()
    chained: bool = False


Node = Text | Mustache | Comment | Include | Block
