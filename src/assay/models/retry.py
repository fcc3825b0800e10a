"""When to try again, and after how long. Pure: randomness and the time are passed in, and nothing sleeps here.

Pauses grow exponentially with full jitter, so that calls which failed together do not come back
together; a pause that the server asks for is kept instead. Which errors are worth another attempt is
said by the error itself (``retryable``).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from assay.core.errors import ModelError

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_DURATION_PARTS_S = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)


HUNG_UP = "model.hung_up"
"""The code of a call whose connection was closed without a byte of an answer.

Most often it is a kept connection that the server had given up, so the second attempt follows at once.
"""


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How long to go on after failures.

    Attributes:
        max_attempts: Requests sent for one call, the first included; 1 for no second try.
        first_pause_s: Longest pause before the second attempt; it doubles with each one after that.
        max_pause_s: What it never grows beyond.
        max_retry_after_s: A server that asks for a longer pause than this ends the call at once.
        give_up_after_s: No attempt begins later than this after the first one began.
    """

    max_attempts: int = 5
    first_pause_s: float = 0.5
    max_pause_s: float = 30.0
    max_retry_after_s: float = 60.0
    give_up_after_s: float = 600.0

    def pause_s(
        self, error: ModelError, *, attempt: int, elapsed_s: float, random: Callable[[], float]
    ) -> float | None:
        """Seconds to wait before the next attempt, or None to give up.

        Args:
            error: What the last attempt came to.
            attempt: How many attempts there were.
            elapsed_s: Seconds since the first one began.
            random: Draws uniformly from [0, 1).
        """
        if not error.retryable or attempt >= self.max_attempts:
            return None
        if attempt == 1 and error.code == HUNG_UP:
            return 0.0
        jitter_s = random() * min(self.max_pause_s, self.first_pause_s * 2.0 ** (attempt - 1))
        wish_s = error.retry_after_s
        if wish_s is not None and wish_s > self.max_retry_after_s:
            return None
        # Never earlier than asked, and a little spread, as everyone who was refused was told the same.
        pause_s = wish_s + min(jitter_s, wish_s / 4) if wish_s else jitter_s
        return pause_s if elapsed_s + pause_s <= self.give_up_after_s else None


NO_RETRY = RetryPolicy(max_attempts=1)


def wished_pause_s(headers: Mapping[str, str], *, now_utc: datetime) -> float | None:
    """The pause that an answer's headers ask for, in seconds, or None.

    ``retry-after-ms`` goes before ``retry-after`` (seconds or a date), and that before the reset times of
    rate limits that are used up, of which the latest counts.

    Args:
        headers: Looked up in lower case.
        now_utc: What a date is compared with.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after")
    if after is not None:
        seconds = _number(after)
        return seconds if seconds is not None else _until(after, now_utc)
    return _reset_s(headers)


def parse_duration_s(text: str) -> float | None:
    """Seconds in a duration such as ``6m0s``, ``12ms`` or ``1.5s``, or in a plain number; None for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return _number(text)
    return sum(float(amount) * unit for amount, unit in zip(found.groups(), _DURATION_PARTS_S, strict=True) if amount)


def _reset_s(headers: Mapping[str, str]) -> float | None:
    waits = [
        parse_duration_s(headers.get(f"x-ratelimit-reset-{kind}", ""))
        for kind in ("requests", "tokens")
        if _number(headers.get(f"x-ratelimit-remaining-{kind}")) == 0
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _until(date: str, now_utc: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return None
    at_utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return max(0.0, (at_utc - now_utc).total_seconds())


def _number(text: str | None) -> float | None:
    """A finite number of at least 0."""
    if text is None or not re.fullmatch(r"\s*\d{1,12}(?:\.\d{1,12})?\s*", text):
        return None
    return float(text)
