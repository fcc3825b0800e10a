"""What a suite or a case wants of a trajectory, read into plain values. Pure.

A wrong value of a suite is found before the run, and one of a case when it is graded; both say the same.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

from assay.author.types import MISSING
from assay.core.errors import AssayError, BadInput, GraderFailed
from assay.core.fields import describe
from assay.evaluate.target import pick
from assay.evaluate.trajectory.step import Step
from assay.evaluate.types import Case

T = TypeVar("T")


class Unwanted(Exception):
    """A value that wants nothing that can be looked for; says what it should be."""


class Matcher(NamedTuple):
    """Which steps are meant: those of these kinds whose name fits the pattern."""

    pattern: str | None
    kinds: tuple[str, ...] = ()

    def meets(self, step: Step) -> bool:
        """Whether that step is meant."""
        return (not self.kinds or step.kind in self.kinds) and (self.pattern is None or step.answers(self.pattern))


class Count(NamedTuple):
    """How many there may be; None is no bound."""

    least: int | None
    most: int | None

    def allows(self, number: int) -> bool:
        """Whether that many may be."""
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{self.least} to {self.most}" if self.least != self.most else str(self.least)
        return f"at least {self.least}" if self.least is not None else f"at most {self.most}"


def reader(grader: str, target: str, value: object, read: Callable[[object], T]) -> Callable[[Case], T]:
    """What is wanted of a case: the suite's value, read now, or what stands at the target, read then.

    Raises:
        BadInput: A value of the suite that ``read`` refuses.
    """
    if value is not MISSING:
        fixed = _read(grader, value, read, None)
        return lambda case: fixed  # noqa: ARG005 - the shape of both
    return lambda case: _read(grader, pick(case, target), read, case)


def _read(grader: str, value: object, read: Callable[[object], T], case: Case | None) -> T:
    try:
        return read(value)
    except Unwanted as error:
        kind: type[AssayError] = BadInput if case is None else GraderFailed
        whose = f"the grader {grader!r}" if case is None else f"the case {case.id!r} for {grader!r}"
        raise kind(
            f"the value of {whose} is {describe(value)}",
            hint=f"write {error}",
            code="grader.value" if case is None else "grader.target_type",
            where=None if case is None else case.where,
        ) from None


def names(value: object) -> list[str]:
    """Names or patterns: a list, or a text with commas."""
    items = value.split(",") if isinstance(value, str) else value
    found = [str(item).strip() for item in items] if isinstance(items, list) else []
    found = [name for name in found if name]
    if not found:
        raise Unwanted("the name of a tool, or a list of names")
    return found


def matcher(value: object, kinds: tuple[str, ...] = (), *, named: bool = True) -> Matcher:
    """Which steps are meant: a pattern, or ``{name | pattern, type}``."""
    if isinstance(value, str) and value.strip():
        return Matcher(value.strip(), kinds)
    if isinstance(value, dict):
        pattern = value.get("pattern") or value.get("name")
        given = value.get("type")
        own = tuple(str(kind) for kind in given) if isinstance(given, list) else ((str(given),) if given else kinds)
        if (isinstance(pattern, str) and pattern.strip()) or (pattern is None and not named):
            return Matcher(pattern.strip() if isinstance(pattern, str) else None, own)
    raise Unwanted("a name, or a mapping with 'name' or 'pattern'")


def count(value: object, *, default: int | None = None) -> Count:
    """The bounds ``{min, max}`` of a mapping."""
    given = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    least, most = (_bound(given, key) for key in ("min", "max"))
    if least is not None and most is not None and most < least:
        raise Unwanted("a 'max' that is not below 'min'")
    return Count(default if least is None else least, most)


def _bound(value: dict[str, object], key: str) -> int | None:
    found = value.get(key)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise Unwanted(f"a {key!r} that is a whole number from 0 on")
    return found
