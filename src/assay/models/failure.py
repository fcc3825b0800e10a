"""From what a server answered to the error that says so: kind, sentence, hint, whether to try again.

Pure. Sentences carry the provider's own message, without secrets and cut at 300 characters, and never
a part of a reply. Pauses between attempts are ``retry.py``'s.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import msgspec

from assay.core.errors import ModelError, ProviderFailed, ProviderRejected, RateLimited, TimedOut
from assay.models.retry import wished_pause_s
from assay.models.secret import Secret, scrub

MAX_MESSAGE_CHARS = 300
_QUOTA = frozenset({"insufficient_quota", "budget_exceeded", "billing_hard_limit_reached"})
_RATE = frozenset({"rate_limit_exceeded", "rate_limit_error", "requests", "tokens", "too_many_requests"})
_STATUS_BY_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "timeout": 408,
}
_HINTS = {
    401: "check the key that the provider is given (--key-env NAME, or the provider's own variable)",
    403: "check what the key may do, and which models its owner may use",
    404: "check the model's name and the base address",
    413: "the prompt is too long for this server",
}


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says went wrong, in its own words; None where it does not say."""

    message: str | None = None
    type: str | None = None
    code: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The head of an HTTP answer that is not a success, and when it came."""

    status: int
    headers: Mapping[str, str]
    at_utc: datetime


def failure_from_answer(answer: Answer, complaint: Complaint, *, secret: Secret | None = None) -> ModelError:
    """The error for an HTTP status, with the pause that the server wishes for and its word on another try."""
    error = _failure(answer.status, complaint, secret)
    error.status = answer.status
    error.retry_after_s = wished_pause_s(answer.headers, now_utc=answer.at_utc)
    should_retry = answer.headers.get("x-should-retry")
    if should_retry in {"true", "false"}:
        error.retryable = should_retry == "true"
    return error


def failure_from_complaint(complaint: Complaint, *, secret: Secret | None = None) -> ModelError:
    """The error for a complaint inside an answer that began as a success."""
    return _failure(_status_of(complaint), complaint, secret)


def _status_of(complaint: Complaint) -> int:
    code = complaint.code or ""
    if code.isdecimal() and 400 <= int(code) <= 599:
        return int(code)
    names = {complaint.type, complaint.code}
    if names & (_QUOTA | _RATE):
        return 429
    return next((status for name, status in _STATUS_BY_TYPE.items() if name in names), 500)


def _failure(status: int, complaint: Complaint, secret: Secret | None) -> ModelError:
    said = _said(complaint, secret)
    if status in {409, 429}:
        return _rate_limited(status, complaint, said)
    if status == 408:
        return TimedOut(f"the provider gave up waiting (408){said}", code="model.timed_out")
    if status >= 500:
        return ProviderFailed(f"the provider failed ({_name(status)}){said}", code="model.provider_failed")
    if 300 <= status < 400:
        return ProviderRejected(
            f"the server sends the call elsewhere ({_name(status)}), and calls are not redirected",
            hint="set the base address to where the server really is",
            code="model.redirected",
        )
    return ProviderRejected(
        f"the provider rejected the call ({_name(status)}){said}", hint=_HINTS.get(status), code="model.rejected"
    )


def _rate_limited(status: int, complaint: Complaint, said: str) -> RateLimited:
    if {complaint.type, complaint.code} & _QUOTA:
        error = RateLimited(
            f"the provider's quota is used up{said}", hint="raise the quota, or use another key", code="model.no_quota"
        )
        error.retryable = False
        return error
    return RateLimited(f"the provider refused the call for now ({status}){said}", code="model.rate_limited")


def _said(complaint: Complaint, secret: Secret | None) -> str:
    text = " ".join(scrub(complaint.message or "", secret).split())
    if len(text) > MAX_MESSAGE_CHARS:
        text = text[: MAX_MESSAGE_CHARS - 1] + "…"
    return f": {text}" if text else ""


def _name(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
