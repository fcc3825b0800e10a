"""When to try again, and after how long. Pure: randomness and the time are passed in, and nothing sleeps here.

Pauses grow exponentially with full jitter, so that calls which failed together do not come back
together; a pause that the server asks for is kept instead. Which errors are worth another attempt is
said by the error itself (``retryable``).
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from assay.core.errors import ModelError
from assay.models.limit.duration import parse_number, seconds_until
from assay.models.limit.quota import read_limits

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
        give_up_after_s: No attempt begins later than this after the first one began, waiting apart. For a call
            that is only refused for now (429), the time counts from when any call of its account was last
            answered, and the attempts do not count.
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
            elapsed_s: Seconds since the first one began, without those it waited for its turn.
            random: Draws uniformly from [0, 1).
        """
        if not error.retryable or attempt >= self.max_attempts:
            return None
        if attempt == 1 and error.code == HUNG_UP:
            return 0.0
        if error.retry_after_s is not None and error.retry_after_s > self.max_retry_after_s:
            return None
        pause_s = self._pause_s(error, attempt, random)
        return pause_s if elapsed_s + pause_s <= self.give_up_after_s else None

    def refusal_pause_s(
        self, error: ModelError, *, refusals: int, stalled_s: float, random: Callable[[], float]
    ) -> float | None:
        """Seconds to wait after a refusal for now, or None to give up. However often it is refused, it waits on.

        Args:
            error: The refusal.
            refusals: How many there were of this call.
            stalled_s: Seconds since anything got through, or since the call began where that is later.
            random: Draws uniformly from [0, 1).
        """
        if not error.retryable or self.give_up_after_s <= 0:
            return None
        pause_s = self._pause_s(error, refusals, random)
        return pause_s if stalled_s + pause_s <= self.give_up_after_s else None

    def _pause_s(self, error: ModelError, count: int, random: Callable[[], float]) -> float:
        """What the server asks for, a little spread, as everyone who was refused was told the same; else our own."""
        jitter_s = random() * min(self.max_pause_s, self.first_pause_s * 2.0 ** min(count - 1, 30))
        wish_s = error.retry_after_s
        return wish_s + min(jitter_s, wish_s / 4) if wish_s else jitter_s


NO_RETRY = RetryPolicy(max_attempts=1, give_up_after_s=0.0)


def wished_pause_s(headers: Mapping[str, str], *, now_utc: datetime) -> float | None:
    """The pause that an answer's headers ask for, in seconds, or None.

    ``retry-after-ms`` goes before ``retry-after`` (seconds or a date), and that before the reset times of
    rate limits that are used up, of which the latest counts.

    Args:
        headers: Looked up in lower case.
        now_utc: What a date is compared with.
    """
    milliseconds = parse_number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after")
    if after is not None:
        return seconds_until(after, now_utc)
    told = read_limits(headers, now_utc=lambda: now_utc)
    waits = [limit.reset_s for limit in told or () if limit is not None and limit.remaining == 0]
    return max((wait for wait in waits if wait is not None), default=None)
