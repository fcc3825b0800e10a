"""The shapes of the answers of the wire family ``openai-chat``, and the usage in them brought to the normal form.

What a server may leave out has a default; what is there must fit. ``gc=False``: the values hold no cycles,
and are made and dropped once a call.
"""

import msgspec

from assay.models.types import Usage


class Part(msgspec.Struct, frozen=True, gc=False):
    """A piece of a message's content."""

    type: str = "text"
    text: str = ""


class Function(msgspec.Struct, frozen=True, gc=False):
    """The function of a tool call."""

    name: str | None = None
    arguments: str | None = None


class CallShape(msgspec.Struct, frozen=True, gc=False):
    """A tool call, or a piece of one."""

    function: Function = Function()
    id: str | None = None
    index: int = 0


class MessageShape(msgspec.Struct, frozen=True, gc=False):
    """A message, or a piece of one."""

    content: str | list[Part] | None = None
    refusal: str | None = None
    tool_calls: list[CallShape] | None = None


class Choice(msgspec.Struct, frozen=True, gc=False):
    """One of the answers asked for; Assay asks for one."""

    message: MessageShape
    finish_reason: str | None = None
    logprobs: msgspec.Raw = msgspec.Raw(b"")


class TokenShape(msgspec.Struct, frozen=True, gc=False):
    """A token of the answer."""

    logprob: float


class LogprobsShape(msgspec.Struct, frozen=True, gc=False):
    """How likely each token was: of chat completions, and in the older form of completions, whose first may be null."""

    content: list[TokenShape] | None = None
    token_logprobs: list[float | None] | None = None


class PromptDetails(msgspec.Struct, frozen=True, gc=False):
    """Parts of the tokens read."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class CompletionDetails(msgspec.Struct, frozen=True, gc=False):
    """Parts of the tokens written."""

    reasoning_tokens: int | None = None


class UsageShape(msgspec.Struct, frozen=True, gc=False):
    """Tokens as the server counts them."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None
    prompt_cache_hit_tokens: int | None = None  # DeepSeek's name for what was cached


class ErrorShape(msgspec.Struct, frozen=True, gc=False):
    """What went wrong."""

    message: str | None = None
    type: str | None = None
    code: str | int | None = None


class Completion(msgspec.Struct, frozen=True, gc=False):
    """A whole answer."""

    choices: list[Choice] = []
    model: str | None = None
    usage: UsageShape | None = None
    system_fingerprint: str | None = None
    service_tier: str | None = None
    metadata: object = None
    error: ErrorShape | str | None = None


class ChunkChoice(msgspec.Struct, frozen=True, gc=False):
    """A piece of one of the answers."""

    delta: MessageShape | None = None
    finish_reason: str | None = None
    index: int = 0


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """An event of a stream."""

    choices: list[ChunkChoice] | msgspec.UnsetType = msgspec.UNSET
    model: str | None = None
    usage: UsageShape | None = None
    system_fingerprint: str | None = None
    service_tier: str | None = None
    error: ErrorShape | str | None = None


class ErrorBody(msgspec.Struct, frozen=True, gc=False):
    """The body of an answer with an error status, in the forms that are about."""

    error: ErrorShape | str | None = None
    message: str | None = None
    detail: msgspec.Raw = msgspec.Raw(b"")


def normalise_usage(found: UsageShape | None) -> Usage:
    """Tokens in the normal form of ``types``; what the server does not say is None."""
    if found is None:
        return Usage()
    details, spent = found.prompt_tokens_details, found.completion_tokens_details
    cached = details.cached_tokens if details is not None else None
    return Usage(
        input=_count(found.prompt_tokens),
        output=_count(_output(found)),
        cached=_count(cached if cached is not None else found.prompt_cache_hit_tokens),
        cache_write=_count(details.cache_write_tokens) if details is not None else None,
        reasoning=_count(spent.reasoning_tokens) if spent is not None else None,
    )


def _output(found: UsageShape) -> int | None:
    """Output with the reasoning in it; a few servers count it beside ``completion_tokens``, as their total shows."""
    output, total = found.completion_tokens, found.total_tokens
    reasoning = found.completion_tokens_details.reasoning_tokens if found.completion_tokens_details else None
    if not reasoning or output is None or found.prompt_tokens is None:
        return output
    return output + reasoning if total == found.prompt_tokens + output + reasoning else output


def _count(tokens: int | None) -> int | None:
    return tokens if tokens is None or tokens >= 0 else None
