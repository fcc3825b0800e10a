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


class SystemClock:
    """The machine's clock."""

    def now_utc(self) -> datetime:
        """The wall clock, with its zone set to UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds that only go forward; for durations."""
        return time.monotonic()
