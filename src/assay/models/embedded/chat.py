"""From the body of a chat call to what the engine is asked: the checks, the prompt as token ids, the sampling.

The prompt is never a text. Each message's content is tokenised by itself, with the reading of control
tokens switched off, and the tokens that frame messages are put between by their ids. So a value that holds
``<|im_start|>`` is seven harmless tokens, and no value can end its message or begin another.

Pure: the tokeniser is passed in.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from assay.models.embedded.refusal import Refused
from assay.models.embedded.weights import Vocabulary

Tokenise = Callable[[str], Awaitable[list[int]]]
"""Gives the tokens of a text, of which none is a control token."""

DEFAULT_MAX_TOKENS = 512

# JSON as most programs print it; free white space would let a small model fill its reply with it. What the
# engine cannot enforce is left to the validation that follows every reply.
_GUIDANCE = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": ", "lenient": True}
_SEEDS = 2**32 - 1  # the engine takes the last number of 32 bits for "any"
_GREEDY = ["penalties", "top_k"]
_SAMPLED = ["penalties", "temperature", "top_p"]
_PLACE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_UNKNOWN_FIELD = re.compile(r"^Object contains unknown field `(?P<name>[^`]*)`")
_ANSWERED = ["content", "stop", "stop_type", "tokens_predicted", "tokens_evaluated", "timings"]


class TextPart(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """A piece of a message's content."""

    text: str


class ChatMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message; ``name`` is accepted and not shown to the model, which knows no names."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart] | None = None
    name: str | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """The content as one text."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class SchemaFormat(msgspec.Struct, frozen=True):
    """The schema that a reply must have."""

    schema: dict[str, object]


class TextReply(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """A reply in free text."""


class JsonReply(msgspec.Struct, frozen=True, tag_field="type", tag="json_object"):
    """A reply that is a JSON object."""


class SchemaReply(msgspec.Struct, frozen=True, tag_field="type", tag="json_schema"):
    """A reply that has a schema."""

    json_schema: SchemaFormat


class StreamOptions(msgspec.Struct, frozen=True):
    """What a stream shows beyond the text."""

    include_usage: bool = False


Temperature = Annotated[float, Meta(ge=0, le=2)]
Share = Annotated[float, Meta(gt=0, le=1)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]
Positive = Annotated[int, Meta(ge=1)]
StopText = Annotated[str, Meta(min_length=1)]


class ChatRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a chat call: what changes the reply, then what may be there and changes nothing."""

    model: str
    messages: Annotated[list[ChatMessage], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Positive | None = None
    max_completion_tokens: Positive | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    seed: int | None = None
    stop: StopText | Annotated[list[StopText], Meta(max_length=16)] | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    response_format: TextReply | JsonReply | SchemaReply | None = None

    n: Literal[1] | None = None
    logprobs: Literal[False] | None = None
    tools: Annotated[list[msgspec.Raw], Meta(max_length=0)] | None = None
    tool_choice: Literal["none", "auto"] | None = None
    parallel_tool_calls: bool | None = None
    metadata: dict[str, str] | None = None
    prompt_cache_key: str | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    user: str | None = None

    @property
    def schema(self) -> dict[str, object] | None:
        """The schema that decoding is held to; None for free text."""
        if isinstance(self.response_format, JsonReply):
            return {"type": "object", "x-guidance": _GUIDANCE}
        if isinstance(self.response_format, SchemaReply):
            return {"x-guidance": _GUIDANCE, **self.response_format.json_schema.schema}
        return None


_REQUEST = msgspec.json.Decoder(ChatRequest)


def read_request(body: bytes) -> ChatRequest:
    """The call that a body asks for.

    Raises:
        Refused: It is not JSON, or something in it is unknown, of the wrong type or not offered here.
    """
    try:
        return _REQUEST.decode(body)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("the body is not JSON", code="invalid_json") from None


def _invalid(said: str) -> Refused:
    place = _PLACE.search(said)
    what = said[: place.start()] if place else said
    path = place["path"] if place else ""
    if unknown := _UNKNOWN_FIELD.match(what):
        name = ".".join(filter(None, (path, unknown["name"])))
        return Refused(f"the embedded model does not know {name!r}", code="unsupported_parameter", param=name)
    return Refused(f"{path or 'the body'}: {what[:1].lower()}{what[1:]}", code="invalid_value", param=path or None)


async def encode_prompt(messages: Sequence[ChatMessage], vocabulary: Vocabulary, tokenise: Tokenise) -> list[int]:
    """The conversation as token ids, up to where the model's own message begins.

    No message is added: what the model is shown is what was sent.

    Raises:
        Refused: A tokeniser gave a control token for a text.
    """
    texts = [f"{_role(message)}\n{message.text}" for message in messages]
    *bodies, opening, between = await asyncio.gather(*(tokenise(text) for text in [*texts, "assistant\n", "\n"]))
    ids: list[int] = []
    for body in bodies:
        ids += [vocabulary.turn_start, *body, vocabulary.turn_end, *between]
    ids += [vocabulary.turn_start, *opening]
    if any(not vocabulary.control.isdisjoint(body) for body in (*bodies, opening, between)):
        raise Refused("a text was read as a control token", code="control_token", status=500)
    return ids


def _role(message: ChatMessage) -> str:
    return "system" if message.role == "developer" else message.role


def engine_request(
    request: ChatRequest, ids: Sequence[int], *, context_tokens: int, any_seed: int
) -> dict[str, object]:
    """What the engine is asked.

    Args:
        request: The call.
        ids: Its prompt.
        context_tokens: Longest prompt and reply together.
        any_seed: The seed where the call names none.

    Raises:
        Refused: The prompt leaves no room for a reply.
    """
    room = context_tokens - len(ids)
    if room < 1:
        raise Refused(
            f"the model's context holds {context_tokens} tokens and the prompt has {len(ids)}",
            code="context_length_exceeded",
            param="messages",
        )
    wanted = request.max_completion_tokens or request.max_tokens or DEFAULT_MAX_TOKENS
    body: dict[str, object] = {
        "prompt": list(ids),
        "n_predict": min(wanted, room),
        "cache_prompt": True,
        "stream": bool(request.stream),
        "response_fields": _ANSWERED,
        "stop": [request.stop] if isinstance(request.stop, str) else request.stop or [],
        "frequency_penalty": request.frequency_penalty or 0.0,
        "presence_penalty": request.presence_penalty or 0.0,
        "repeat_last_n": context_tokens,
        **_sampling(request, any_seed),
    }
    if request.schema is not None:
        body["json_schema"] = request.schema
    return body


def _sampling(request: ChatRequest, any_seed: int) -> dict[str, object]:
    """How the next token is drawn: the likeliest one, unless a temperature is given."""
    if not request.temperature:
        return {"samplers": _GREEDY, "top_k": 1, "temperature": 0.0}
    return {
        "samplers": _SAMPLED,
        "temperature": request.temperature,
        "top_p": 1.0 if request.top_p is None else request.top_p,
        "seed": (any_seed if request.seed is None else request.seed) % _SEEDS,
    }
