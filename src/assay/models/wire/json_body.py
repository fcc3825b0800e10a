"""Bodies in JSON: a request written down, and the sentence for an answer that is none."""

from collections.abc import Mapping, Sequence

import msgspec

from assay.core.errors import BadInput, MalformedReply

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading an answer may raise."""

_ENCODER = msgspec.json.Encoder()


def encode_body(body: dict[str, object], extra: Mapping[str, object], reserved: Sequence[str]) -> bytes:
    """The body with what the user adds to it.

    Args:
        body: The family's own part.
        extra: Further fields.
        reserved: Fields that are the call's own.

    Raises:
        BadInput: It cannot be written as JSON, or ``extra`` sets a field that is the call's own.
    """
    for name in reserved:
        if name in extra:
            raise BadInput(
                f"the extra parameter {name!r} would replace a part of the call itself",
                hint="take it out of 'extra'",
                code="model.extra_reserved",
            )
    try:
        return _ENCODER.encode({**body, **extra} if extra else body)
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
        raise _not_json(error) from None


def malformed(kind: str, what: str, error: Exception) -> MalformedReply:
    """The error for an answer that cannot be read as that kind of answer; nothing of it is repeated."""
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else ""
    if isinstance(error, msgspec.DecodeError):
        reason = str(error)  # names a place and the types there, never a value
    return MalformedReply(f"the answer is not {kind} ({what}): {reason or 'it is not UTF-8'}", code="model.malformed")


def _not_json(error: Exception) -> BadInput:
    if isinstance(error, UnicodeEncodeError):
        return BadInput(
            "a message holds half of a surrogate pair, which no UTF-8 text can",
            hint="repair the text where it is read: it was decoded wrongly",
            code="model.not_utf8",
        )
    return BadInput(
        f"the request cannot be written as JSON: {error}",
        hint="use strings, numbers, booleans, null, lists and objects in tools, schemas and 'extra'",
        code="model.not_json",
    )
