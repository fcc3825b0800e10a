"""Time, as something that is passed in: real in production, set by hand in tests."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What code that needs the time asks for."""

    def now_utc(self) -> datetime:
        """The wall clock, with its zone set to UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only go forward; for durations."""
        ...


def stamp(at_utc: datetime) -> str:
    """A time as files hold it, to the second: ``2026-11-22T15:45:01Z``."""
    return f"{at_utc.isoformat()[:19]}Z"


class SystemClock:
    """The machine's clock."""

    def now_utc(self) -> datetime:
        """The wall clock, with its zone set to UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds that only go forward; for durations."""
        return time.monotonic()
