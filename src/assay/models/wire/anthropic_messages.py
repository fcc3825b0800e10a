"""The wire family ``anthropic-messages``: Anthropic's Messages interface.

Pure functions, as in ``openai_chat.py``: a request to bytes, bytes to a reply, a stream's bytes to pieces of text and a
reply. No error repeats a part of an answer. Sockets, keys and retries are ``client.py``'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from assay.core.errors import ConnectionFailed, MalformedReply
from assay.models.failure import Complaint, failure_from_complaint
from assay.models.provider import Quirks
from assay.models.secret import Secret
from assay.models.types import Finish, Message, Parameters, Reply, Request, Tool, ToolCall
from assay.models.wire.anthropic_shape import (
    Block,
    ErrorBody,
    ErrorShape,
    Event,
    MessageShape,
    UsageShape,
    normalise_usage,
)
from assay.models.wire.decoder import Decoder, decoder_of
from assay.models.wire.json_body import UNREADABLE, encode_body, malformed
from assay.models.wire.sse import EventReader

MAX_TOKENS = 4096
"""The longest reply where nothing is said; this interface wants a number."""

_RESERVED = ("messages", "model", "stream", "system")
_FINISHES: dict[str | None, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}

_KIND = "a message"
_MESSAGE = msgspec.json.Decoder(MessageShape)
_EVENT = msgspec.json.Decoder(Event)
_ERROR_BODY = msgspec.json.Decoder(ErrorBody)


def encode(request: Request, quirks: Quirks, *, stream: bool = False) -> bytes:  # noqa: ARG001 - every family takes quirks
    """The body of the HTTP request. A seed, penalties and a schema of the reply have no place in this interface.

    Raises:
        BadInput: The request cannot be written as JSON, or ``extra`` sets a field that is the call's own.
    """
    parameters = request.parameters
    body: dict[str, object] = {
        "model": request.model,
        "max_tokens": parameters.max_tokens or MAX_TOKENS,
        "messages": _messages(request.messages),
    }
    system = [message.content for message in request.messages if message.role in {"system", "developer"}]
    if system:
        body["system"] = "\n\n".join(system)
    _add_parameters(body, parameters)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if stream:
        body["stream"] = True
    return encode_body(body, parameters.extra, _RESERVED)


def decode(body: bytes, *, content_type: str = "", secret: Secret | None = None) -> Reply:
    """The reply that a whole answer holds.

    Raises:
        ModelError: ``MalformedReply`` where it is not a message; where the answer is a complaint that came as a
            success, the error that the complaint means.
    """
    try:
        found = _MESSAGE.decode(body)
    except UNREADABLE as error:
        raise malformed(_KIND, f"{len(body)} bytes of {content_type or 'unknown type'}", error) from None
    if found.error is not None:
        raise failure_from_complaint(_complaint(found.error), secret=secret)
    if isinstance(found.content, msgspec.UnsetType):
        raise MalformedReply(f"the answer holds no content ({len(body)} bytes)", code="model.malformed")
    return _reply(found.content, found)


def decode_complaint(body: bytes) -> Complaint:
    """What an answer with an error status says; empty where it is in no known form."""
    try:
        found = _ERROR_BODY.decode(body)
    except UNREADABLE:
        return Complaint()
    if isinstance(found.error, ErrorShape):
        return _complaint(found.error)
    return Complaint(message=found.error or found.message)


def open_stream(*, content_type: str, secret: Secret | None = None) -> Decoder:
    """The decoder for what answers a streamed call: events, unless it says that it is a whole answer after all."""
    return decoder_of(content_type, secret, lambda secret: StreamDecoder(secret=secret), decode)


@dataclass(slots=True)
class _Part:
    """A block that arrives in pieces."""

    block: Block
    texts: list[str] = field(default_factory=list)

    def whole(self) -> Block:
        text = "".join(self.texts)
        if self.block.type == "tool_use":
            return msgspec.structs.replace(self.block, input=msgspec.Raw(text.encode() or bytes(self.block.input)))
        return msgspec.structs.replace(self.block, text=self.block.text + text)


class StreamDecoder:
    """One streamed answer: bytes in as they arrive, text out, and the whole reply at its end.

    Args:
        secret: What the provider's own message must not show.
    """

    def __init__(self, *, secret: Secret | None = None) -> None:
        self._secret = secret
        self._events = EventReader()
        self._parts: dict[int, _Part] = {}
        self._model: str | None = None
        self._stop: str | None = None
        self._usage = UsageShape()
        self.done = False

    @property
    def whole(self) -> bool:
        """Whether a reason to stop, or the mark of the end, has come."""
        return self.done or self._stop is not None

    def feed(self, piece: bytes) -> str:
        """The text that this piece of the stream adds; often "".

        Raises:
            ModelError: An event is malformed, or says that something went wrong.
        """
        return "".join([self._take(data) for data in self._events.feed(piece) if not self.done])

    def end(self) -> Reply:
        """The reply, once the stream has ended.

        Raises:
            ConnectionFailed: It ended too early.
        """
        if not self.whole:
            raise ConnectionFailed("the stream ended before the reply was whole", code="model.cut")
        blocks = [self._parts[index].whole() for index in sorted(self._parts)]
        return _reply(blocks, MessageShape(model=self._model, stop_reason=self._stop, usage=self._usage))

    def _take(self, data: bytes) -> str:
        try:
            event = _EVENT.decode(data)
        except UNREADABLE as error:
            raise malformed(_KIND, f"an event of {len(data)} bytes", error) from None
        if event.error is not None:
            raise failure_from_complaint(_complaint(event.error), secret=self._secret)
        match event.type:
            case "message_start" if event.message is not None:
                self._model = event.message.model
                self._add_usage(event.message.usage)
            case "content_block_start" if event.content_block is not None:
                self._parts[event.index] = _Part(event.content_block)
                return event.content_block.text
            case "content_block_delta" if event.delta is not None:
                return self._add(event.index, event.delta.text, event.delta.partial_json)
            case "message_delta":
                self._stop = event.delta.stop_reason if event.delta is not None else None
                self._add_usage(event.usage)
            case "message_stop":
                self.done = True
        return ""

    def _add(self, index: int, text: str, partial_json: str) -> str:
        part = self._parts.setdefault(index, _Part(Block(type="text")))
        part.texts.append(text or partial_json)
        return text

    def _add_usage(self, found: UsageShape | None) -> None:
        if found is None:
            return
        told = {name: getattr(found, name) for name in found.__struct_fields__ if getattr(found, name) is not None}
        self._usage = msgspec.structs.replace(self._usage, **told)


def _messages(messages: Sequence[Message]) -> list[object]:
    found: list[dict[str, object]] = []
    for message in messages:
        if message.role in {"system", "developer"}:
            continue
        if message.role == "tool":
            result = {"type": "tool_result", "tool_use_id": message.tool_call_id or "", "content": message.content}
            last = found[-1]["content"] if found else None
            if isinstance(last, list) and found[-1]["role"] == "user":
                last.append(result)  # the results of several calls are one turn
            else:
                found.append({"role": "user", "content": [result]})
        elif message.tool_calls:
            texts: list[object] = [{"type": "text", "text": message.content}] if message.content else []
            found.append({"role": "assistant", "content": [*texts, *(_tool_use(call) for call in message.tool_calls)]})
        else:
            found.append({"role": message.role, "content": message.content})
    return list(found)


def _tool_use(call: ToolCall) -> dict[str, object]:
    try:
        given = msgspec.json.decode(call.arguments or "{}")
    except msgspec.DecodeError:
        given = {"arguments": call.arguments}  # a model that wrote no JSON is told what it wrote
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": given}


def _add_parameters(body: dict[str, object], parameters: Parameters) -> None:
    if parameters.temperature is not None:
        body["temperature"] = parameters.temperature
    if parameters.top_p is not None:
        body["top_p"] = parameters.top_p
    if parameters.stop:
        body["stop_sequences"] = parameters.stop


def _tool(tool: Tool) -> dict[str, object]:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _reply(blocks: Sequence[Block], found: MessageShape) -> Reply:
    calls = [block for block in blocks if block.type == "tool_use"]
    if any(not block.name for block in calls):
        raise MalformedReply("the answer holds a tool call without a name", code="model.malformed")
    text = "".join(block.text for block in blocks if block.type == "text")
    refused = found.stop_reason == "refusal"
    return Reply(
        text="" if refused else text,
        model=found.model or "",
        finish=_FINISHES.get(found.stop_reason, "unknown"),
        refusal=(text or "the model refused") if refused else None,
        tool_calls=tuple(
            ToolCall(id=block.id, name=block.name, arguments=bytes(block.input).decode()) for block in calls
        ),
        usage=normalise_usage(found.usage),
    )


def _complaint(error: ErrorShape) -> Complaint:
    return Complaint(message=error.message, type=error.type)
