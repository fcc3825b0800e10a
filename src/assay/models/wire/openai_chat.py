"""The wire family ``openai-chat``: OpenAI's chat completions, as most servers speak them.

Pure functions: a request to bytes, bytes to a reply, a stream's bytes to pieces of text and a reply.
What a server may leave out may be missing; what is there must have the right shape. No error repeats a
part of an answer. Sockets, keys and retries are ``client.py``'s.
"""

import re
from collections.abc import Sequence

import msgspec

from assay.core.errors import ConnectionFailed, MalformedReply
from assay.models.failure import Complaint, failure_from_complaint
from assay.models.provider import Quirks
from assay.models.secret import Secret
from assay.models.types import Finish, Message, Parameters, Reply, Request, Tool, ToolCall
from assay.models.wire.decoder import Decoder, decoder_of
from assay.models.wire.json_body import UNREADABLE, encode_body, malformed
from assay.models.wire.openai_shape import (
    CallShape,
    Chunk,
    ChunkChoice,
    Completion,
    ErrorBody,
    ErrorShape,
    LogprobsShape,
    Part,
    UsageShape,
    normalise_usage,
)
from assay.models.wire.sse import EventReader
from assay.models.wire.strict_schema import may_be_strict

_RESERVED = ("messages", "model", "stream", "stream_options")
_FINISHES: dict[str | None, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


_KIND = "a chat completion"
_COMPLETION = msgspec.json.Decoder(Completion)
_CHUNK = msgspec.json.Decoder(Chunk)
_LOGPROBS = msgspec.json.Decoder(LogprobsShape | None)
_ERROR_BODY = msgspec.json.Decoder(ErrorBody)


def encode(request: Request, quirks: Quirks, *, stream: bool = False) -> bytes:
    """The body of the HTTP request.

    Raises:
        BadInput: The request cannot be written as JSON, or ``extra`` sets a field that is the call's own.
    """
    parameters = request.parameters
    body: dict[str, object] = {"model": request.model, "messages": _messages(request.messages, quirks)}
    _add_parameters(body, parameters, quirks)
    if request.response_schema is not None and quirks.json_schema != "none":
        body["response_format"] = _response_format(request.response_schema, quirks)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if stream:
        body["stream"] = True
        if quirks.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return encode_body(body, parameters.extra, _RESERVED)


def decode(body: bytes, *, content_type: str = "", secret: Secret | None = None) -> Reply:
    """The reply that a whole answer holds.

    Args:
        body: The answer's bytes.
        content_type: What the answer says that it is; for the error's sentence.
        secret: What the provider's own message must not show.

    Raises:
        ModelError: ``MalformedReply`` where it is not a chat completion; where the answer is a complaint
            that came as a success, the error that the complaint means.
    """
    try:
        found = _COMPLETION.decode(body)
    except UNREADABLE as error:
        raise malformed(_KIND, f"{len(body)} bytes of {content_type or 'unknown type'}", error) from None
    if found.error is not None:
        raise failure_from_complaint(read_complaint(found.error), secret=secret)
    if not found.choices:
        raise MalformedReply(f"the answer holds no choice ({len(body)} bytes)", code="model.malformed")
    choice = found.choices[0]
    message = choice.message
    return Reply(
        text=_text(message.content),
        model=found.model or "",
        finish=_FINISHES.get(choice.finish_reason, "unknown"),
        refusal=message.refusal or None,
        tool_calls=tuple(
            _tool_call(call.id, call.function.name, call.function.arguments or "") for call in message.tool_calls or ()
        ),
        usage=normalise_usage(found.usage),
        fingerprint=found.system_fingerprint,
        service_tier=found.service_tier,
        metadata=found.metadata if isinstance(found.metadata, dict) and found.metadata else None,
        logprobs=_logprobs(choice.logprobs) if choice.logprobs else (),
    )


def _logprobs(raw: msgspec.Raw) -> tuple[float, ...]:
    """The tokens' logarithms; none where they are in no known form, as a reply is worth more than they are."""
    try:
        found = _LOGPROBS.decode(raw)
    except UNREADABLE:
        return ()
    if found is None:
        return ()
    if found.content is not None:
        return tuple(token.logprob for token in found.content)
    return tuple(logprob for logprob in found.token_logprobs or () if logprob is not None)


def decode_complaint(body: bytes) -> Complaint:
    """What an answer with an error status says; empty where it is in no known form."""
    try:
        found = _ERROR_BODY.decode(body)
    except UNREADABLE:
        return Complaint()
    if found.error is not None:
        return read_complaint(found.error)
    detail = bytes(found.detail).decode("utf-8", "replace").strip('"') if found.detail else None
    return Complaint(message=found.message or detail)


def open_stream(*, content_type: str, secret: Secret | None = None) -> Decoder:
    """The decoder for what answers a streamed call: events, unless it says that it is a whole answer after all."""
    return decoder_of(content_type, secret, lambda secret: StreamDecoder(secret=secret), decode)


class StreamDecoder:
    """One streamed answer: bytes in as they arrive, text out, and the whole reply at its end.

    Args:
        secret: What the provider's own message must not show.
    """

    def __init__(self, *, secret: Secret | None = None) -> None:
        self._secret = secret
        self._events = EventReader()
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._calls: dict[int, _CallParts] = {}
        self._finish: str | None = None
        self._usage: UsageShape | None = None
        self._model = ""
        self._fingerprint: str | None = None
        self._service_tier: str | None = None
        self.done = False

    @property
    def whole(self) -> bool:
        """Whether a reason to finish, or the mark of the end, has come."""
        return self.done or self._finish is not None

    def feed(self, piece: bytes) -> str:
        """The text that this piece of the stream adds; often "". What follows the mark of the end is passed over.

        Raises:
            ModelError: An event is malformed, or says that something went wrong.
        """
        begun = len(self._texts)
        for data in self._events.feed(piece):
            if self.done:
                break
            self._take(data)
        return "".join(self._texts[begun:])

    def end(self) -> Reply:
        """The reply, once the stream has ended.

        Raises:
            ConnectionFailed: It ended too early: neither a reason to finish nor the mark of the end had come.
        """
        self.done = self.done or self._events.rest().strip() == b"[DONE]"
        if not self.whole:
            raise ConnectionFailed("the stream ended before the reply was whole", code="model.cut")
        return Reply(
            text="".join(self._texts),
            model=self._model,
            finish=_FINISHES.get(self._finish, "unknown"),
            refusal="".join(self._refusals) or None,
            tool_calls=tuple(self._calls[index].whole() for index in sorted(self._calls)),
            usage=normalise_usage(self._usage),
            fingerprint=self._fingerprint,
            service_tier=self._service_tier,
        )

    def _take(self, data: bytes) -> None:
        if data.strip() == b"[DONE]":
            self.done = True
            return
        try:
            chunk = _CHUNK.decode(data)
        except UNREADABLE as error:
            raise malformed(_KIND, f"an event of {len(data)} bytes", error) from None
        if chunk.error is not None:
            raise failure_from_complaint(read_complaint(chunk.error), secret=self._secret)
        if isinstance(chunk.choices, msgspec.UnsetType):
            raise MalformedReply(f"an event of {len(data)} bytes holds no choices", code="model.malformed")
        self._model = chunk.model or self._model
        self._usage = chunk.usage or self._usage
        self._fingerprint = chunk.system_fingerprint or self._fingerprint
        self._service_tier = chunk.service_tier or self._service_tier
        for choice in chunk.choices:
            if choice.index == 0:
                self._take_choice(choice)

    def _take_choice(self, choice: ChunkChoice) -> None:
        self._finish = choice.finish_reason or self._finish
        delta = choice.delta
        if delta is None:
            return
        if delta.content:
            self._texts.append(_text(delta.content))
        if delta.refusal:
            self._refusals.append(delta.refusal)
        for call in delta.tool_calls or ():
            self._calls.setdefault(call.index, _CallParts()).add(call)


class _CallParts:
    """A tool call that arrives in pieces."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.name: str | None = None
        self.arguments: list[str] = []

    def add(self, part: CallShape) -> None:
        self.id = part.id or self.id
        self.name = part.function.name or self.name
        self.arguments.append(part.function.arguments or "")

    def whole(self) -> ToolCall:
        return _tool_call(self.id, self.name, "".join(self.arguments))


def _messages(messages: Sequence[Message], quirks: Quirks) -> list[object]:
    return [
        message
        if not message.tool_calls and (message.role != "developer" or quirks.developer_role)
        else _message(message, quirks)
        for message in messages
    ]


def _message(message: Message, quirks: Quirks) -> dict[str, object]:
    renamed = message.role == "developer" and not quirks.developer_role
    found: dict[str, object] = {"role": "system" if renamed else message.role, "content": message.content}
    if message.name is not None:
        found["name"] = message.name
    if message.tool_calls:
        found["content"] = message.content or None
        found["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return found


def _add_parameters(body: dict[str, object], parameters: Parameters, quirks: Quirks) -> None:
    if parameters.temperature is not None:
        body["temperature"] = parameters.temperature
    if parameters.max_tokens is not None:
        body[quirks.max_tokens_field] = parameters.max_tokens
    if parameters.seed is not None and quirks.seed:
        body["seed"] = parameters.seed
    if parameters.stop:
        body["stop"] = parameters.stop
    for name in ("top_p", "frequency_penalty", "presence_penalty", "reasoning_effort"):
        value = getattr(parameters, name)
        if value is not None:
            body[name] = value


def _response_format(schema: dict[str, object], quirks: Quirks) -> dict[str, object]:
    described: dict[str, object] = {"name": _schema_name(schema), "schema": schema}
    if quirks.json_schema == "strict":
        described["strict"] = may_be_strict(schema)
    return {"type": "json_schema", "json_schema": described}


def _schema_name(schema: dict[str, object]) -> str:
    title = schema.get("title")
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", title).strip("_")[:64] if isinstance(title, str) else ""
    return name or "reply"


def _tool(tool: Tool) -> dict[str, object]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _text(content: str | list[Part] | None) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.text for part in content or () if part.type == "text")


def _tool_call(call_id: str | None, name: str | None, arguments: str) -> ToolCall:
    if not name:
        raise MalformedReply("the answer holds a tool call without a name", code="model.malformed")
    return ToolCall(id=call_id or "", name=name, arguments=arguments)


def read_complaint(error: ErrorShape | str) -> Complaint:
    if isinstance(error, str):
        return Complaint(message=error)
    code = error.code
    return Complaint(message=error.message, type=error.type, code=None if code is None else str(code))
