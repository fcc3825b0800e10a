"""What a script is run with, and how it can go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import GraderFailed
from assay.core.location import Location


class Undefined:
    """JavaScript's ``undefined``, where a script returned it; ``None`` is its ``null``."""

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = Undefined()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use.

    Args:
        time_s: The longest that a call may compute, in seconds of CPU.
        slice_s: How much of that it may spend in this process, which waits meanwhile; what needs more is begun anew
            in a process of its own.
        memory_bytes: The most memory of an engine, all that it keeps from earlier calls included.
        stack_bytes: The deepest that calls may nest.
        result_chars: The longest result, as JSON.
    """

    time_s: float = 5.0
    slice_s: float = 0.05
    memory_bytes: int = 256_000_000
    stack_bytes: int = 512_000
    result_chars: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What all calls of a configuration share.

    Args:
        folder: The configuration's folder, relative to the project's; paths in calls are relative to it.
        env: What the code sees as ``process.env``, and templates as ``env``.
        filters: Template filters: a name, and the JavaScript file that exports the function.
        limits: What one call may use.
    """

    folder: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


class ScriptFailed(GraderFailed):
    """A script that gave no result.

    Args:
        what: One sentence.
        code: ``script.thrown``, ``script.syntax``, ``script.outside``, ...
        hint: What to do next, or None.
        where: The line, in a file of the project where it is known.
        message: What the code itself threw: the error's message.
        stack: The calls that led there, one a line.
    """

    def __init__(
        self,
        what: str,
        *,
        code: str,
        hint: str | None = None,
        where: Location | None = None,
        message: str = "",
        stack: str = "",
    ) -> None:
        super().__init__(what, hint=hint, code=code, where=where)
        self.message = message
        self.stack = stack


class ScriptStopped(ScriptFailed):
    """A script that hit a limit; ``limit`` is ``time``, ``memory`` or ``result``.

    What its engine kept from earlier calls is gone.
    """

    def __init__(self, what: str, *, limit: str, hint: str | None = None, where: Location | None = None) -> None:
        super().__init__(what, code=f"script.{limit}", hint=hint, where=where)
        self.limit = limit
