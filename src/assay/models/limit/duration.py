"""Times as HTTP headers give them: seconds, durations such as ``6m0s``, dates. Pure; never fails, whatever is there."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_DURATION_PARTS_S = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
_EPOCH_S, _EPOCH_MS = 1e9, 1e12  # a number from here on is a point in time, in seconds or in milliseconds


def parse_number(text: str | None) -> float | None:
    """A finite number of at least 0; None for anything else."""
    if text is None or not re.fullmatch(r"\s*\d{1,15}(?:\.\d{1,12})?\s*", text):
        return None
    return float(text)


def parse_duration_s(text: str) -> float | None:
    """Seconds in a duration such as ``6m0s``, ``12ms`` or ``1.5s``, or in a plain number; None for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return parse_number(text)
    return sum(float(amount) * unit for amount, unit in zip(found.groups(), _DURATION_PARTS_S, strict=True) if amount)


def seconds_until(text: str, now_utc: datetime) -> float | None:
    """Seconds until what a header names: a duration, seconds, an HTTP date, an ISO date, or a time since 1970."""
    span_s = parse_duration_s(text)
    if span_s is None:
        return _until_date(text, now_utc)
    if span_s >= _EPOCH_MS:
        return max(0.0, span_s / 1000 - now_utc.timestamp())
    return max(0.0, span_s - now_utc.timestamp()) if span_s >= _EPOCH_S else span_s


def _until_date(text: str, now_utc: datetime) -> float | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = read(text.strip())
        except (ValueError, IndexError, TypeError):  # what the reader of mail dates raises differs by Python
            continue
        at_utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return max(0.0, (at_utc - now_utc).total_seconds())
    return None
