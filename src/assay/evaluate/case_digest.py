"""The identity of cases and datasets by content: the same cases have the same digest in any format and order.

A case's digest is the SHA-256 of its canonical JSON (RFC 8785), in which what it does not have is left out. A dataset's
is the SHA-256 of the 32-byte digests of its cases in the order of their ids, by the bytes of their UTF-8.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from assay.core.canonical import canonical_json
from assay.core.errors import BadInput
from assay.evaluate.types import Case

_FORM = b"assay dataset 1\n"

_encode = msgspec.json.Encoder(order="deterministic").encode


def case_digest(case: Case) -> bytes:
    """The 32 bytes that say which case it is, all of it, wherever it stands."""
    content: dict[str, object] = {"id": case.id}
    if case.inputs:
        content["inputs"] = case.inputs
    if case.has_expected:
        content["expected"] = case.expected
    if case.cluster is not None:
        content["cluster"] = case.cluster
    if case.tags:
        content["tags"] = case.tags
    return hashlib.sha256(canonical(content)).digest()


def dataset_digest(cases: Iterable[bytes]) -> str:
    """``sha256:`` and 64 hexadecimal digits, from the digests of the cases in the order of their ids."""
    found = hashlib.sha256(_FORM)
    for digest in cases:
        found.update(digest)
    return f"sha256:{found.hexdigest()}"


def canonical(value: object) -> bytes:
    """Canonical JSON, the quick way where it is the same.

    A number that canonical JSON does not have, an integer beyond 2^53, is written with all of its digits.
    """
    if _is_simple(value):
        return _encode(value)
    try:
        return canonical_json(value)
    except BadInput:
        return _encode(value)


def _is_simple(value: object) -> bool:
    """Whether the quick encoder writes just what RFC 8785 wants: no floats, small integers, keys of ASCII."""
    if isinstance(value, str):
        return True
    if isinstance(value, dict):
        return all(key.isascii() and _is_simple(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_simple, value))
    return value is None or isinstance(value, bool) or (isinstance(value, int) and -(2**53) < value < 2**53)
