"""What a model is asked, what it answered, and what that used: the same for every provider.

Plain frozen data. Nothing here knows a wire format (``wire/``) or a provider (``providers/``).
"""

from decimal import Decimal
from typing import Literal

import msgspec

Role = Literal["system", "developer", "user", "assistant", "tool"]
Finish = Literal["stop", "length", "tool_calls", "content_filter", "unknown"]


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a tool that the model asks for; ``arguments`` is the JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a conversation, rendered."""

    role: Role
    content: str
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the model may ask for; ``parameters`` is a JSON Schema."""

    name: str
    description: str
    parameters: dict[str, object]


class Parameters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Sampling parameters. None is "not sent", so that the provider's own default holds.

    ``extra`` goes into the request body as it is, for what one provider alone understands.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    reasoning_effort: str | None = None
    extra: dict[str, object] = {}


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One model call.

    Attributes:
        model: The provider's own name for the model, such as ``gpt-4o-mini``.
        response_schema: A JSON Schema that the reply's text must satisfy, passed to providers that can
            constrain decoding with it; None for free text.
    """

    model: str
    messages: tuple[Message, ...]
    parameters: Parameters = Parameters()
    response_schema: dict[str, object] | None = None
    tools: tuple[Tool, ...] = ()


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens used, normalised. None is unknown, never 0.

    ``input`` includes ``cached`` and ``cache_write``; ``output`` includes ``reasoning``.
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came back from one model call, retries included.

    Attributes:
        text: The reply's text; "" when there is none (a refusal, or tool calls alone).
        refusal: The provider's own refusal text, or None.
        model: The model that answered, by its own account.
        fingerprint: The provider's name for the exact configuration that answered, or None.
        service_tier: The class of service by which the provider bills the call, or None.
        latency_ms: From the sending of the attempt that succeeded to the last byte of its answer.
        first_token_ms: The same to the first piece of text; None where it was not streamed.
        attempts: Requests sent, the successful one included.
        logprobs: The natural logarithm of each token's probability, where they were asked for and came.
        metadata: What the provider tells beside the reply, such as the steps of an agent; None for nothing.
    """

    text: str
    model: str
    finish: Finish = "stop"
    refusal: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    fingerprint: str | None = None
    service_tier: str | None = None
    request_id: str | None = None
    latency_ms: float = 0.0
    first_token_ms: float | None = None
    attempts: int = 1
    logprobs: tuple[float, ...] = ()
    metadata: dict[str, object] | None = None


class Embeddings(msgspec.Struct, frozen=True, kw_only=True):
    """A vector for each text that was sent, in their order, all of one length."""

    vectors: tuple[list[float], ...]
    model: str
    usage: Usage = Usage()
    latency_ms: float = 0.0
    attempts: int = 1


class Delta(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of a streamed reply. The last one carries the whole ``reply`` and no text."""

    text: str = ""
    reply: Reply | None = None


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Money for one reply, in US dollars. ``usd`` is None where the price or the usage is unknown."""

    usd: Decimal | None
    source: str
