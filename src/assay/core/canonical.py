"""Canonical JSON and the digests made from it: the identity of versions, samples and datasets."""

import hashlib

import rfc8785

from assay.core.errors import BadInput


def canonical_json(value: object) -> bytes:
    """RFC 8785 (JSON Canonicalization Scheme) bytes of a JSON value.

    Raises:
        BadInput: The value has no canonical form: an integer beyond 2**53 - 1, a float that is not
            finite, or something that is not JSON.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # it checks the type itself, at run time
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise BadInput(
            f"a value has no canonical JSON form: {error}",
            hint="use strings, booleans, null, finite numbers, integers within ±(2^53 - 1), lists and objects",
            code="canonical.not_json",
        ) from error


def digest(value: object) -> str:
    """``sha256:`` and 64 hexadecimal digits of the value's canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


def digest_bytes(data: bytes) -> str:
    """``sha256:`` and 64 hexadecimal digits of the bytes as they are."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
