"""How long a regular expression of Python's ``re`` can take at the worst, where that is easy to say.

``re`` tries one way after another, so a pattern with two repeats in a row may take time quadratic in the text, and one
with a repeat inside a repeat exponential time. Patterns without the latter get a bound here: a factor, and a power of
the text's length. Of all others nothing is said, and they must run where they can be stopped.

The parse tree is that of ``re`` itself. It is no public interface, so whatever is not known in it counts as "nothing is
said".
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MANY = 16
"""A repeat that may vary by more than this counts as one without an end."""

MAX_FACTOR = 100_000

_parser: Any = getattr(re, "_parser", None)
_constants: Any = getattr(re, "_constants", None)

_PLAIN_AT = {"AT_BEGINNING", "AT_BEGINNING_STRING", "AT_END", "AT_END_STRING", "AT_BOUNDARY", "AT_NON_BOUNDARY"}


@dataclass(frozen=True, slots=True)
class PatternCost:
    """At most ``factor`` x length ** ``power`` steps."""

    factor: int
    power: int

    def steps(self, length: int) -> int:
        """The bound for a text of that length."""
        return int(self.factor * max(length, 1) ** self.power)


class _Unknown(Exception):
    """Nothing is said of this pattern."""


@lru_cache(maxsize=4_096)
def pattern_cost(pattern: str, flags: int = 0) -> PatternCost | None:
    """The bound of searching with that pattern, or None where there is none to give.

    Args:
        pattern: A valid regular expression.
        flags: The flags that it is compiled with.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = _parser.parse(pattern, flags)
        return _Estimate(tree.state.flags).whole(tree)
    except (_Unknown, AttributeError, TypeError, ValueError, LookupError, RecursionError, OverflowError, re.error):
        return None


class _Estimate:
    """Walks the tree once: counts choices, repeats whose end is in doubt, and whether any repeat is there."""

    def __init__(self, flags: int) -> None:
        self._flags = flags
        self._factor = 1
        self._doubtful = 0
        self._repeats = False

    def whole(self, tree: Any) -> PatternCost:
        items = list(tree)
        self._sequence(items, followed_by=[])
        anchored = bool(items) and _name(items[0]) == "AT" and not self._flags & re.MULTILINE
        anchored = anchored and str(items[0][1]) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}
        power = self._doubtful + self._repeats
        # An anchored pattern still fails at every place but the first, each in one step.
        return PatternCost(self._factor * (1 + len(items)), max(1, power if anchored else power + 1))

    def _sequence(self, items: Sequence[Any], followed_by: Sequence[Any]) -> None:
        for i, item in enumerate(items):
            self._item(item, [*items[i + 1 :], *followed_by])
            if self._factor > MAX_FACTOR:
                raise _Unknown

    def _item(self, item: Any, rest: Sequence[Any]) -> None:
        name, value = _name(item), item[1]
        if name in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            return
        if name == "AT" and str(value) in _PLAIN_AT:
            return
        if name == "SUBPATTERN" and not (value[1] or value[2]):
            self._sequence(list(value[3]), rest)
        elif name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            self._repeat(value, rest)
        elif name == "BRANCH":
            self._factor *= len(value[1])
            for branch in value[1]:
                self._sequence(list(branch), rest)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            self._sequence(list(value[1]), [])
        else:
            raise _Unknown

    def _repeat(self, value: Any, rest: Sequence[Any]) -> None:
        low, high, body = int(value[0]), int(value[1]), list(value[2])
        if high <= 1:
            self._factor *= 2
            self._sequence(body, rest)
        elif not _is_fixed(body):
            raise _Unknown
        elif high - low <= MANY and high <= MANY * MANY:
            self._factor *= low if low == high else high - low + 1
        else:
            self._repeats = True
            self._doubtful += not self._ends_for_certain(body, rest)

    def _ends_for_certain(self, body: list[Any], rest: Sequence[Any]) -> bool:
        """Whether what is repeated is one character, and what comes next cannot stand where another one could."""
        if not rest:
            return True
        if len(body) != 1 or self._flags & (re.IGNORECASE | re.ASCII | re.LOCALE):
            return False
        name, value = _name(rest[0]), str(rest[0][1])
        if name == "AT" and value in {"AT_END", "AT_END_STRING"} and not self._flags & re.MULTILINE:
            self._factor *= 2  # before a line break at the end, and at the end
            return True
        dot_all = bool(self._flags & re.DOTALL)
        ours = _Characters.of(body[0], dot_all=dot_all)
        if name == "AT" and value == "AT_BOUNDARY":
            next_one: _Characters | None = _NO_WORD
        else:
            next_one = _Characters.of(_first(rest[0]), dot_all=dot_all)
        return ours is not None and next_one is not None and not ours.may_share(next_one)


def _name(item: Any) -> str:
    return str(item[0])


def _is_fixed(body: list[Any]) -> bool:
    """Whether it matches in one way only: characters and places, and groups of them."""
    return all(
        _name(item) in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}
        or (_name(item) == "SUBPATTERN" and _is_fixed(list(item[1][3])))
        for item in body
    )


def _first(item: Any) -> Any:
    """What must come first of an item: the item itself, or the first one within a group or a repeat of at least one."""
    while True:
        if _name(item) == "SUBPATTERN" and len(item[1][3]):
            item = item[1][3][0]
        elif _name(item) in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and item[1][0] > 0 and len(item[1][2]):
            item = item[1][2][0]
        else:
            return item


_CLASSES = {
    "CATEGORY_DIGIT": ("d", True),
    "CATEGORY_NOT_DIGIT": ("d", False),
    "CATEGORY_SPACE": ("s", True),
    "CATEGORY_NOT_SPACE": ("s", False),
    "CATEGORY_WORD": ("w", True),
    "CATEGORY_NOT_WORD": ("w", False),
}
_IN_CLASS = {letter: re.compile(rf"\{letter}") for letter in "dsw"}


@dataclass(frozen=True, slots=True)
class _Characters:
    """A set of characters: single ones and ranges, and classes such as a digit or what is none; or all but those."""

    ranges: tuple[tuple[int, int], ...] = ()
    classes: frozenset[tuple[str, bool]] = frozenset()
    all_but: bool = False

    @classmethod
    def of(cls, item: Any, *, dot_all: bool) -> "_Characters | None":
        """The set that an item of the tree matches; None where that is not told here."""
        name, value = _name(item), item[1]
        if name in {"LITERAL", "NOT_LITERAL"}:
            return cls(((value, value),), all_but=name == "NOT_LITERAL")
        if name == "ANY":
            return cls(() if dot_all else ((10, 10),), all_but=True)
        return cls._listed(value) if name == "IN" else None

    @classmethod
    def _listed(cls, parts: Any) -> "_Characters | None":
        ranges, classes, all_but = [], set(), False
        for kind, what in parts:
            if str(kind) == "LITERAL":
                ranges.append((what, what))
            elif str(kind) == "RANGE":
                ranges.append((what[0], what[1]))
            elif str(kind) == "NEGATE":
                all_but = True
            elif str(kind) == "CATEGORY" and str(what) in _CLASSES:
                classes.add(_CLASSES[str(what)])
            else:
                return None
        return cls(tuple(ranges), frozenset(classes), all_but)

    def may_share(self, other: "_Characters") -> bool:
        """False only where no character is in both."""
        if self.all_but or other.all_but:
            return not (self.excludes(other) or other.excludes(self))
        if any(low <= end and start <= high for low, high in self.ranges for start, end in other.ranges):
            return True
        if any(_overlapping(one, two) for one in self.classes for two in other.classes):
            return True
        return _reaches(self.ranges, other.classes) or _reaches(other.ranges, self.classes)

    def excludes(self, other: "_Characters") -> bool:
        """Whether this is all but some characters, and the other no more than those."""
        if not self.all_but or other.all_but:
            return False
        return other.classes <= self.classes and all(
            any(low <= start and end <= high for low, high in self.ranges) for start, end in other.ranges
        )


_NO_WORD = _Characters(classes=frozenset({("w", False)}))


def _overlapping(one: tuple[str, bool], other: tuple[str, bool]) -> bool:
    """Whether two classes have a character in common; a digit is a word character, and white space is neither."""
    if one[0] == other[0]:
        return one[1] == other[1]
    apart = ({("s", True), ("w", True)}, {("s", True), ("d", True)}, {("d", True), ("w", False)})
    return {one, other} not in apart


def _reaches(ranges: tuple[tuple[int, int], ...], classes: frozenset[tuple[str, bool]]) -> bool:
    """Whether any of these characters is of one of these classes; of a wide range that is taken for granted."""
    for low, high in ranges:
        if classes and high - low > 256:
            return True
        for code in range(low, high + 1) if classes else ():
            if any((_IN_CLASS[letter].match(chr(code)) is not None) is wanted for letter, wanted in classes):
                return True
    return False
