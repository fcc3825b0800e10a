"""The shapes of the answers of the wire family ``anthropic-messages``, and their usage brought to the normal form.

What a server may leave out has a default; what is there must fit. ``gc=False``: the values hold no cycles,
and are made and dropped once a call.
"""

import msgspec

from assay.models.types import Usage


class Block(msgspec.Struct, frozen=True, gc=False):
    """A piece of a reply: text, or a tool that is called. Kinds that Assay does not know are passed over."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"{}")


class UsageShape(msgspec.Struct, frozen=True, gc=False):
    """Tokens as the server counts them: those that were cached beside those that were not."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class ErrorShape(msgspec.Struct, frozen=True, gc=False):
    """What went wrong."""

    message: str | None = None
    type: str | None = None


class MessageShape(msgspec.Struct, frozen=True, gc=False):
    """A whole answer, or what a stream begins with."""

    content: list[Block] | msgspec.UnsetType = msgspec.UNSET
    model: str | None = None
    stop_reason: str | None = None
    usage: UsageShape | None = None
    error: ErrorShape | None = None


class Delta(msgspec.Struct, frozen=True, gc=False):
    """What an event of a stream adds."""

    text: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event of a stream."""

    type: str
    index: int = 0
    message: MessageShape | None = None
    content_block: Block | None = None
    delta: Delta | None = None
    usage: UsageShape | None = None
    error: ErrorShape | None = None


class ErrorBody(msgspec.Struct, frozen=True, gc=False):
    """The body of an answer with an error status."""

    error: ErrorShape | str | None = None
    message: str | None = None


def normalise_usage(found: UsageShape | None) -> Usage:
    """Tokens in the normal form of ``types``: ``input`` includes what was read from and written to the cache."""
    if found is None or found.input_tokens is None:
        return Usage(output=found.output_tokens if found is not None else None)
    cached, written = found.cache_read_input_tokens, found.cache_creation_input_tokens
    return Usage(
        input=found.input_tokens + (cached or 0) + (written or 0),
        output=found.output_tokens,
        cached=cached,
        cache_write=written,
    )
