"""The wire families by name: what a format has to offer, and which module offers it."""

from typing import Protocol

from assay.models.failure import Complaint
from assay.models.provider import Family, Quirks
from assay.models.secret import Secret
from assay.models.types import Reply, Request
from assay.models.wire import anthropic_messages, openai_chat
from assay.models.wire.decoder import Decoder


class Wire(Protocol):
    """A wire format: pure functions."""

    def encode(self, request: Request, quirks: Quirks, *, stream: bool = False) -> bytes:
        """The body of the HTTP request."""
        ...

    def decode(self, body: bytes, *, content_type: str = "", secret: Secret | None = None) -> Reply:
        """The reply that a whole answer holds."""
        ...

    def decode_complaint(self, body: bytes) -> Complaint:
        """What an answer with an error status says."""
        ...

    def open_stream(self, *, content_type: str, secret: Secret | None = None) -> Decoder:
        """The decoder for what answers a streamed call."""
        ...


_WIRES: dict[Family, Wire] = {"openai-chat": openai_chat, "anthropic-messages": anthropic_messages}


def wire_of(family: Family) -> Wire:
    """The format of a family."""
    return _WIRES[family]
