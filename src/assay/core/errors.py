"""What can go wrong, as one tree; every error says what happened, what to do, and a code for machines.

    AssayError                     exit  what it is
    ├── BadInput                     2   a file, an argument or a value that a person can mend
    │   └── UnknownName              2   a name that nothing answers to; suggests the nearest
    ├── Unavailable                  2   a part that is not installed, not started or not reachable by set-up
    ├── ModelError                   -   one model call that brought no usable reply
    │   ├── ConnectionFailed             no connection, or one that broke
    │   ├── TimedOut                     no answer within the limit
    │   ├── RateLimited                  refused for now: 429, or quota
    │   ├── ProviderRejected             refused for good: any other 4xx
    │   ├── ProviderFailed               the provider's own fault: 5xx
    │   └── MalformedReply               an answer that is not in the provider's format
    ├── GraderFailed                 -   a grader that could not give a verdict
    └── StorageFailed                2   a store that cannot be read or written

A dash: it is recorded with its sample and does not end a command by itself.
"""

import difflib
from collections.abc import Iterable

from assay.core.location import Location


class AssayError(Exception):
    """The root of the tree.

    Args:
        what: One sentence that says what happened, with the value.
        hint: What to do next, or None.
        code: A stable name for machines, such as ``dataset.duplicate_id``.
        where: The place in a file that the sentence is about, or None.
    """

    exit_status = 2

    def __init__(self, what: str, *, hint: str | None = None, code: str, where: Location | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.code = code
        self.where = where

    def __str__(self) -> str:
        return self.what if self.where is None else f"{self.where}: {self.what}"

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data: ``code``, ``what``, and where known ``hint``, ``file``, ``line``, ``column``, ``path``."""
        found: dict[str, object] = {"code": self.code, "what": self.what}
        if self.hint is not None:
            found["hint"] = self.hint
        if self.where is not None:
            found |= self.where.as_dict()
        return found


class BadInput(AssayError):
    """A file, an argument or a value that a person can mend."""


class UnknownName(BadInput):
    """A name that nothing answers to."""


class Unavailable(AssayError):
    """A part that is not installed, not started, or cannot be reached."""


class StorageFailed(AssayError):
    """A store that cannot be read or written."""


class GraderFailed(AssayError):
    """A grader that could not give a verdict: an error of its own, never a failure of the reply."""


class ModelError(AssayError):
    """One model call that brought no usable reply.

    Args:
        what: One sentence, without secrets and without the reply's text.
        code: A stable name for machines.
        hint: What to do next, or None.
        status: The HTTP status, if there was an answer.
        retry_after_s: The provider's own wish for a pause, in seconds.
        attempts: How many requests were sent before giving up.
    """

    retryable = False

    def __init__(
        self,
        what: str,
        *,
        code: str,
        hint: str | None = None,
        status: int | None = None,
        retry_after_s: float | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(what, hint=hint, code=code)
        self.status = status
        self.retry_after_s = retry_after_s
        self.attempts = attempts


class ConnectionFailed(ModelError):
    """No connection could be made, or it broke before the reply was whole."""

    retryable = True


class TimedOut(ModelError):
    """No answer within the limit."""

    retryable = True


class RateLimited(ModelError):
    """Refused for now."""

    retryable = True


class ProviderFailed(ModelError):
    """The provider's own fault (5xx)."""

    retryable = True


class MalformedReply(ModelError):
    """An answer that is not in the provider's format."""

    retryable = True


class ProviderRejected(ModelError):
    """Refused for good (4xx other than 408, 409 and 429)."""


def unknown_name(
    kind: str, name: str, known: Iterable[str], *, code: str, where: Location | None = None
) -> UnknownName:
    """The error for a name that nothing answers to, with the nearest known name as the hint."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        hint = f"did you mean {near[0]!r}?"
    elif names:
        hint = f"known: {', '.join(names[:20])}{', …' if len(names) > 20 else ''}"
    else:
        hint = f"there is no {kind} at all yet"
    return UnknownName(f"no {kind} is named {name!r}", hint=hint, code=code, where=where)
