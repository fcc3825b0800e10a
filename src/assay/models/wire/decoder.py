"""What takes the answer to a streamed call: any family's decoder of events, or the one of an answer in one piece."""

from collections.abc import Callable
from typing import Protocol

from assay.models.secret import Secret
from assay.models.types import Reply

_WHOLE = frozenset({"application/json", "text/html"})


class Decoder(Protocol):
    """What takes the answer to a streamed call, piece by piece."""

    @property
    def done(self) -> bool:
        """Whether the server has said that nothing more comes."""
        ...

    @property
    def whole(self) -> bool:
        """Whether the reply has all its text, even if more could come."""
        ...

    def feed(self, piece: bytes) -> str:
        """The text that this piece adds; often ""."""
        ...

    def end(self) -> Reply:
        """The reply, once the answer has ended."""
        ...


class Decode(Protocol):
    """A family's reading of a whole answer."""

    def __call__(self, body: bytes, *, content_type: str = "", secret: Secret | None = None) -> Reply:
        """The reply that it holds."""
        ...


def decoder_of(
    content_type: str, secret: Secret | None, events: Callable[[Secret | None], Decoder], whole: Decode
) -> Decoder:
    """The decoder of events, unless the answer says that it is a whole one after all."""
    return WholeDecoder(whole, content_type, secret) if content_type in _WHOLE else events(secret)


class WholeDecoder:
    """An answer in one piece from a server that does not stream; its text comes with the reply."""

    done = whole = False

    def __init__(self, decode: Decode, content_type: str, secret: Secret | None) -> None:
        self._decode = decode
        self._content_type = content_type
        self._secret = secret
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> str:
        """Keep the piece."""
        self._pieces.append(piece)
        return ""

    def end(self) -> Reply:
        """The reply; raises as the family's ``decode``."""
        return self._decode(b"".join(self._pieces), content_type=self._content_type, secret=self._secret)
