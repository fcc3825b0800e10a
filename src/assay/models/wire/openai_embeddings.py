"""OpenAI's embeddings, as most servers speak them: texts to a request's bytes, an answer's bytes to vectors.

Pure functions. Sockets, keys and retries are ``client.py``'s.
"""

import array
import base64
import binascii
import math
from collections.abc import Sequence

import msgspec

from assay.core.errors import MalformedReply
from assay.models.failure import failure_from_complaint
from assay.models.secret import Secret
from assay.models.types import Embeddings
from assay.models.wire.openai_chat import read_complaint
from assay.models.wire.openai_shape import ErrorShape, UsageShape, normalise_usage

PATH = "/embeddings"


class _Item(msgspec.Struct, frozen=True, gc=False):
    """One text's vector: numbers, or 32-bit floats in base64."""

    embedding: list[float] | str
    index: int | None = None


class _Body(msgspec.Struct, frozen=True, gc=False):
    """A whole answer."""

    data: list[_Item] = []
    model: str | None = None
    usage: UsageShape | None = None
    error: ErrorShape | str | None = None


_DECODER = msgspec.json.Decoder(_Body)


def encode(model: str, texts: Sequence[str], extra: dict[str, object] | None = None) -> bytes:
    """The body of the HTTP request."""
    return msgspec.json.encode({**(extra or {}), "model": model, "input": list(texts)})


def decode(body: bytes, *, count: int, secret: Secret | None = None) -> Embeddings:
    """The vectors of an answer, in the order of the texts.

    Args:
        body: The answer's bytes.
        count: How many texts were sent.
        secret: What the provider's own message must not show.

    Raises:
        ModelError: ``MalformedReply`` where there is not one vector for each text, all of one length.
    """
    try:
        found = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedReply(f"the answer is not of vectors ({len(body)} bytes)", code="model.malformed") from None
    if found.error is not None:
        raise failure_from_complaint(read_complaint(found.error), secret=secret)
    items = sorted(enumerate(found.data), key=lambda pair: pair[0] if pair[1].index is None else pair[1].index)
    vectors = tuple(_vector(item.embedding) for _, item in items)
    lengths = {len(vector) for vector in vectors}
    if len(vectors) != count or len(lengths) != 1 or 0 in lengths or not all(map(_is_finite, vectors)):
        raise MalformedReply(
            f"the answer holds {len(vectors)} vectors for {count} texts, of {sorted(lengths)} numbers",
            code="model.malformed",
        )
    return Embeddings(vectors=vectors, model=found.model or "", usage=normalise_usage(found.usage))


def pack(vector: Sequence[float]) -> str:
    """A vector as text: 32-bit floats, as providers make them, in base64."""
    return base64.b64encode(array.array("f", vector).tobytes()).decode()


def unpack(text: str) -> list[float]:
    """The vector that ``pack`` wrote.

    Raises:
        ValueError: The text is no such thing.
    """
    try:
        return array.array("f", base64.b64decode(text, validate=True)).tolist()
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _vector(found: list[float] | str) -> list[float]:
    if isinstance(found, list):
        return found
    try:
        return unpack(found)
    except ValueError:
        raise MalformedReply("the answer holds a vector in no known form", code="model.malformed") from None


def _is_finite(vector: list[float]) -> bool:
    return all(map(math.isfinite, vector))
