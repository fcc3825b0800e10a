"""How many tokens a text or a request has, counted offline.

Exact where the model's own vocabulary is at hand (OpenAI's two, which lie inside the package ``bpe-openai``);
an estimate by the newer of them everywhere else, and marked as one. Loading a vocabulary takes more than half
a second, so it happens at the first count.
"""

import re
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal

import msgspec

from assay.models.types import Message

Encoding = Literal["o200k_base", "cl100k_base"]

_PIECE_CHARS = 50_000  # at most four tokens a character: below the library's limit of 200,000
_SEAM = re.compile(r"(?<=\n)(?=[A-Za-z])|(?<=[A-Za-z])(?= [A-Za-z])")
_PER_MESSAGE, _PER_NAME, _PER_REPLY = 3, 1, 3
_PLAIN_ROLES = frozenset({"system", "user", "assistant"})
_LATER_ROLE = "user"  # what a role without a known cost is counted as

# The model, and its dated versions, variants and fine-tunes. Longer names first.
_BY_NAME: tuple[tuple[str, Encoding], ...] = (
    ("gpt-3.5", "cl100k_base"),
    ("gpt-35", "cl100k_base"),
    ("gpt-4o", "o200k_base"),
    ("gpt-4.1", "o200k_base"),
    ("gpt-4.5", "o200k_base"),
    ("gpt-4", "cl100k_base"),
    ("gpt-5", "o200k_base"),
    ("gpt-6", "o200k_base"),
    ("gpt-oss", "o200k_base"),
    ("chatgpt-4o", "o200k_base"),
    ("o1", "o200k_base"),
    ("o3", "o200k_base"),
    ("o4-mini", "o200k_base"),
    ("text-embedding-3-small", "cl100k_base"),
    ("text-embedding-3-large", "cl100k_base"),
    ("text-embedding-ada-002", "cl100k_base"),
)
# The models whose framing of messages is published, and their dated versions but one.
_FRAMED_OTHERWISE = "gpt-3.5-turbo-0301"
_FRAMED = ("gpt-3.5-turbo", "gpt-35-turbo", "gpt-4", "gpt-4o", "gpt-4-turbo", "gpt-4o-mini")


class TokenCount(msgspec.Struct, frozen=True):
    """A number of tokens; ``exact`` is False for an estimate, and ``encoding`` is what counted."""

    n: int
    exact: bool
    encoding: Encoding


def encoding_of(model: str) -> Encoding | None:
    """The vocabulary of a model, or None where it is not known or not at hand.

    Args:
        model: The provider's name for it; a path before it (``openai/gpt-4o``) is passed over.
    """
    name = model.rpartition("/")[2].lower().removeprefix("ft:")
    return next((encoding for begin, encoding in _BY_NAME if _is_version(name, begin)), None)


def count_tokens(text: str, model: str) -> TokenCount:
    """Tokens in a text. What looks like a control token is counted as the plain text that it is."""
    known = encoding_of(model)
    encoding = known or "o200k_base"
    n, exact = _count(text, encoding)
    return TokenCount(n, exact and known is not None, encoding)


def count_messages(messages: Sequence[Message], model: str) -> TokenCount:
    """Tokens that a request's messages come to, with what frames them and begins the reply.

    Exact for plain messages to models whose framing is published; tools, tool calls, other roles and every
    other model make it an estimate.
    """
    known = encoding_of(model)
    encoding = known or "o200k_base"
    total, exact = _PER_REPLY, known is not None and _is_framed(model)
    for message in messages:
        parts = [message.content, *([message.name] if message.name else [])]
        parts += [text for call in message.tool_calls for text in (call.name, call.arguments)]
        counts = [_count(part, encoding) for part in (_role(message), *parts)]
        total += _PER_MESSAGE + sum(n for n, _ in counts) + (_PER_NAME if message.name else 0)
        exact = exact and all(sure for _, sure in counts) and message.role in _PLAIN_ROLES and not message.tool_calls
    return TokenCount(total, exact, encoding)


def _role(message: Message) -> str:
    return message.role if message.role in _PLAIN_ROLES else _LATER_ROLE


def _is_framed(model: str) -> bool:
    name = model.rpartition("/")[2].lower()
    if name == _FRAMED_OTHERWISE:
        return False
    return any(name == known or re.fullmatch(re.escape(known) + r"-[\d-]+", name) for known in _FRAMED)


def _is_version(name: str, begin: str) -> bool:
    return name == begin or (name.startswith(begin) and not name[len(begin)].isalnum())


def _count(text: str, encoding: Encoding) -> tuple[int, bool]:
    encode = _encoder(encoding)
    if len(text) <= _PIECE_CHARS:
        return len(encode(text)), True
    pieces, exact = split(text, max_chars=_PIECE_CHARS)
    return sum(len(encode(piece)) for piece in pieces), exact


def split(text: str, *, max_chars: int) -> tuple[list[str], bool]:
    """The text in pieces, and whether counting them one by one gives the count of the whole.

    A piece ends where no token goes on: before the letter that begins a line, or between a word and the
    space before the next. Where there is no such place it is cut hard.
    """
    pieces, exact, begin = [], True, 0
    while len(text) - begin > max_chars:
        seams = [seam.start() for seam in _SEAM.finditer(text, begin + max_chars // 2, begin + max_chars)]
        exact = exact and bool(seams)
        end = seams[-1] if seams else begin + max_chars
        pieces.append(text[begin:end])
        begin = end
    return [*pieces, text[begin:]], exact


@cache
def _encoder(encoding: Encoding) -> Callable[[str], list[int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how the library opens its own files
        import bpe_openai  # noqa: PLC0415 - loads for half a second

        encode: Callable[[str], list[int]] = bpe_openai.get_encoding(encoding).encode_ordinary
    return encode
