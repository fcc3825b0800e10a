"""What the fake provider answers: whole bodies, streams of events, and the faults in them. Sends nothing itself."""

import json
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from assay.core.errors import BadInput, unknown_name
from assay.models.types import ToolCall

FaultKind = Literal[
    "status",  # an error status with OpenAI's error body
    "drop",  # the connection closes without an answer
    "stall",  # no answer, ever
    "slow",  # ten times the latency (at least 50 ms)
    "garbage",  # 200 with a page that is not JSON
    "half",  # a body that breaks off in the middle; of a stream the same as cut
    "cut",  # the stream breaks off in the middle
    "freeze",  # the stream goes silent in the middle, and stays open
    "bad-event",  # an event in the middle that is not JSON
    "error-event",  # an event in the middle that says that something went wrong
    "no-end",  # the stream closes cleanly, without a reason to finish and without its mark of the end
    "length",  # cut off by the limit on tokens
    "refusal",  # a refusal instead of a text
    "tool",  # a call of the first tool offered, with arguments made from its schema
    "bad-tool",  # the same, with arguments that break off
]
_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_TYPES = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "requests"}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes wrong with one request.

    Attributes:
        kind: What; a status by itself may be written ``"429"``.
        status: The HTTP status of the kind ``status``.
        headers: More of the answer's head, such as ``{"retry-after": "1"}``.
        message: What the provider says.
        code: The provider's name for it, such as ``insufficient_quota``.
    """

    kind: FaultKind = "status"
    status: int = 500
    headers: dict[str, str] = {}
    message: str = "The server had an error."
    code: str | None = None


class FakeReply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer in full, for a reply function that needs more than a text.

    ``usage`` is sent as it is; None counts a token for each four characters, and ``{}`` sends none. So is ``metadata``,
    with a whole answer, and ``logprobs``, where they are asked for.
    """

    text: str | None = None
    refusal: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish: str | None = None
    usage: dict[str, object] | None = None
    metadata: dict[str, object] | None = None
    logprobs: tuple[float, ...] = ()


class Answer:
    """One answer, as the bodies that carry it."""

    def __init__(self, body: dict[str, object], reply: str | FakeReply, kind: FaultKind | None) -> None:
        self.body = body
        self.kind = kind
        self.reply = _changed(FakeReply(text=reply) if isinstance(reply, str) else reply, body, kind)

    @property
    def finish(self) -> str:
        """The reason to finish."""
        return self.reply.finish or ("tool_calls" if self.reply.tool_calls else "stop")

    @property
    def usage(self) -> dict[str, object] | None:
        """Tokens used, or None where none are to be told."""
        if self.reply.usage is not None:
            return self.reply.usage or None
        sent, written = _tokens(json.dumps(self.body.get("messages"))), _tokens(self.reply.text or "")
        return {
            "prompt_tokens": sent,
            "completion_tokens": written,
            "total_tokens": sent + written,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }

    def head(self, kind: str) -> dict[str, object]:
        """What a whole answer and each event of a stream begin with."""
        model = self.body.get("model", "fake")
        return {
            "id": "chatcmpl-fake",
            "object": kind,
            "created": 1_700_000_000,
            "model": model,
            "system_fingerprint": "fp_fake",
        }

    def whole(self) -> bytes:
        """The body of an answer in one piece."""
        reply = self.reply
        message: dict[str, object] = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
        if reply.tool_calls:
            message["tool_calls"] = [_call(call) for call in reply.tool_calls]
        tokens = [{"token": "", "logprob": logprob} for logprob in reply.logprobs if self.body.get("logprobs")]
        told = {"content": tokens} if tokens else None
        choice = {"index": 0, "message": message, "logprobs": told, "finish_reason": self.finish}
        found = self.head("chat.completion") | {"choices": [choice]}
        found |= {"metadata": reply.metadata} if reply.metadata is not None else {}
        return msgspec.json.encode(found | ({"usage": self.usage} if self.usage else {}))

    def events(self) -> list[bytes]:
        """The stream's events, broken as the fault says."""
        deltas: list[dict[str, object]] = [{"role": "assistant", "content": "", "refusal": None}]
        deltas += [{"content": word} for word in _words(self.reply.text or "")]
        deltas += [{"refusal": word} for word in _words(self.reply.refusal or "")]
        deltas += _call_deltas(self.reply.tool_calls)
        events = [self._event(delta, None) for delta in deltas]
        half = max(1, len(events) // 2)
        if self.kind in {"cut", "half", "freeze", "no-end"}:
            return events[:half]
        events.append(self._event({}, self.finish))
        if self.kind == "bad-event":
            events.insert(half, b"data: {not json\n\n")
        if self.kind == "error-event":
            return [*events[:half], _event_of(error_body(Fault(code="stream_interrupted")))]
        if _wants_usage(self.body) and self.usage:
            events.append(_event_of(self.head("chat.completion.chunk") | {"choices": [], "usage": self.usage}))
        return [*events, b"data: [DONE]\n\n"]

    def _event(self, delta: dict[str, object], finish: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        more = {"usage": None} if _wants_usage(self.body) else {}
        return _event_of(self.head("chat.completion.chunk") | {"choices": [choice]} | more)


def embeddings_body(body: dict[str, object]) -> dict[str, object]:
    """The answer to a request for vectors: how often each letter from a to z stands in each text."""
    found = body.get("input")
    texts = [str(text) for text in found] if isinstance(found, list) else [str(found)]
    vectors = [[float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    tokens = sum(1 + len(text) // 4 for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": body.get("model"), "usage": usage}


def error_body(fault: Fault) -> dict[str, object]:
    """OpenAI's form of an error."""
    kind = _TYPES.get(fault.status, "server_error" if fault.status >= 500 else "invalid_request_error")
    return {"error": {"message": fault.message, "type": kind, "param": None, "code": fault.code}}


def fault(entry: Fault | str | None) -> Fault | None:
    """The fault that an entry of a script means."""
    if entry is None or isinstance(entry, Fault):
        return entry
    if entry.isdecimal() and 300 <= int(entry) <= 599:
        return Fault(status=int(entry))
    kind = next((kind for kind in _KINDS if kind == entry and kind != "status"), None)
    if kind is None:
        raise unknown_name("fault", entry, {*_KINDS, "429", "500"} - {"status"}, code="testing.fault")
    return Fault(kind=kind)


def _changed(reply: FakeReply, body: dict[str, object], kind: FaultKind | None) -> FakeReply:
    if kind == "length":
        return msgspec.structs.replace(reply, finish="length")
    if kind == "refusal":
        return msgspec.structs.replace(reply, text=None, refusal="I can't help with that.")
    if kind in {"tool", "bad-tool"}:
        return msgspec.structs.replace(reply, text=None, tool_calls=(_first_tool(body, broken=kind == "bad-tool"),))
    return reply


def _first_tool(body: dict[str, object], *, broken: bool) -> ToolCall:
    tools = body.get("tools")
    if not isinstance(tools, list) or not tools:
        raise BadInput("the request offers no tool to call", hint="send 'tools'", code="testing.no_tool")
    function = tools[0]["function"]
    arguments = json.dumps(_example(function.get("parameters", {})))
    return ToolCall(
        id="call_fake", name=function["name"], arguments=arguments[: len(arguments) // 2 if broken else None]
    )


def _example(schema: dict[str, object]) -> object:
    choices, properties, items = schema.get("enum"), schema.get("properties", {}), schema.get("items", {})
    if isinstance(choices, list):
        return choices[0]
    if schema.get("type") == "array":
        return [_example(items)] if isinstance(items, dict) else []
    plain = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}
    kind = schema.get("type")
    if isinstance(kind, str) and kind in plain:
        return plain[kind]
    return {name: _example(part) for name, part in properties.items()} if isinstance(properties, dict) else {}


def _call(call: ToolCall) -> dict[str, object]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _call_deltas(calls: Sequence[ToolCall]) -> list[dict[str, object]]:
    deltas: list[dict[str, object]] = []
    for index, call in enumerate(calls):
        begun = _call(ToolCall(id=call.id, name=call.name, arguments=""))
        deltas.append({"tool_calls": [{"index": index} | begun]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": call.arguments[place : place + 7]}}]}
            for place in range(0, len(call.arguments), 7)
        ]
    return deltas


def _words(text: str) -> list[str]:
    words = text.split(" ")
    return [word if place == 0 else f" {word}" for place, word in enumerate(words)] if text else []


def _event_of(value: dict[str, object]) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _wants_usage(body: dict[str, object]) -> bool:
    options = body.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def _tokens(text: str) -> int:
    return max(1, len(text) // 4)
