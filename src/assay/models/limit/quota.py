"""What is left of a server's own limits, as the heads of its answers tell: reading it, and keeping within it. Pure.

Read are the spellings of OpenAI (Groq, vLLM's proxies and others have it too), Azure, Anthropic, the one
without a kind (OpenRouter, GitHub), and that of the draft standard ``RateLimit``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from assay.models.limit.duration import parse_number, seconds_until

LONGEST_S = 600.0
"""A limit that renews itself later than this (one of a day, say) is not waited for; the server will say so itself."""


class Allowance(NamedTuple):
    """One limit as told: how much is left of it, in how many seconds all of it is there again, and how much that is."""

    remaining: float
    reset_s: float | None
    limit: float | None


class Told(NamedTuple):
    """The limits that an answer tells of; None for one that it does not."""

    requests: Allowance | None
    tokens: Allowance | None


class _Spelling(NamedTuple):
    """The names of three headers: what is left, when it is renewed, and of how much."""

    remaining: str
    reset: tuple[str, ...]
    limit: str


def _openai(kind: str) -> _Spelling:
    resets = (f"x-ratelimit-reset-{kind}", f"x-ratelimit-renewalperiod-{kind}")  # the second is Azure's
    return _Spelling(f"x-ratelimit-remaining-{kind}", resets, f"x-ratelimit-limit-{kind}")


def _anthropic(kind: str) -> _Spelling:
    start = f"anthropic-ratelimit-{kind}"
    return _Spelling(f"{start}-remaining", (f"{start}-reset",), f"{start}-limit")


def _plain(start: str) -> _Spelling:
    return _Spelling(f"{start}-remaining", (f"{start}-reset",), f"{start}-limit")


_REQUESTS = (_openai("requests"), _anthropic("requests"), _plain("x-ratelimit"), _plain("ratelimit"))
_TOKENS = (_openai("tokens"), _anthropic("tokens"), _anthropic("input-tokens"), _anthropic("output-tokens"))


def read_limits(headers: Mapping[str, str], *, now_utc: Callable[[], datetime]) -> Told | None:
    """What an answer's head tells of limits; None where it tells nothing.

    Args:
        headers: Looked up in lower case.
        now_utc: Gives the time that a date is compared with; seldom asked.
    """
    requests = _tightest(headers, _REQUESTS, now_utc)
    tokens = _tightest(headers, _TOKENS, now_utc)
    return None if requests is None and tokens is None else Told(requests, tokens)


def _tightest(
    headers: Mapping[str, str], spellings: tuple[_Spelling, ...], now_utc: Callable[[], datetime]
) -> Allowance | None:
    found = [
        Allowance(remaining, _reset_s(headers, spelling.reset, now_utc), parse_number(headers.get(spelling.limit)))
        for spelling in spellings
        if spelling.remaining in headers and (remaining := parse_number(headers[spelling.remaining])) is not None
    ]
    return min(found, key=lambda one: one.remaining, default=None)


def _reset_s(headers: Mapping[str, str], names: tuple[str, ...], now_utc: Callable[[], datetime]) -> float | None:
    text = next((headers[name] for name in names if name in headers), None)
    return None if text is None else seconds_until(text, now_utc())


class Quota:
    """One limit of a server as it is believed to stand now: the last that was told, less what has begun since."""

    __slots__ = ("_at_s", "_ends_s", "_level", "_per_s", "_serial")

    def __init__(self) -> None:
        self._level = 0.0
        self._per_s = 0.0
        self._at_s = 0.0
        self._ends_s = float("-inf")  # from then on nothing is known
        self._serial = -1

    def learn(self, told: Allowance, *, serial: int, begun_since: float, now_s: float) -> None:
        """Take in what an answer told.

        Args:
            told: The limit.
            serial: The number of its call; what an earlier call's answer told is passed over.
            begun_since: How much has begun after that call, and is not in what was told.
            now_s: The time.
        """
        if told.reset_s is None or told.reset_s > LONGEST_S or serial < self._serial:
            return
        self._serial = serial
        self._level = told.remaining - begun_since
        used = 0.0 if told.limit is None else told.limit - told.remaining
        self._per_s = used / told.reset_s if used > 0 and told.reset_s > 0 else 0.0
        self._at_s, self._ends_s = now_s, now_s + told.reset_s

    def wait_s(self, amount: float, now_s: float) -> float:
        """Seconds until there is that much; 0 for now. Never longer than until all of it is there again."""
        if now_s >= self._ends_s:
            return 0.0
        short = amount - self._level - (now_s - self._at_s) * self._per_s
        if short <= 1e-9:
            return 0.0
        left_s = self._ends_s - now_s
        return min(left_s, short / self._per_s) if self._per_s else left_s

    def take(self, amount: float) -> None:
        """So much begins now."""
        self._level -= amount
