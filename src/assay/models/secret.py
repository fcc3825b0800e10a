"""Secrets by reference: ``env:NAME`` or ``file:PATH``, looked up at the moment of use.

Only references are written in files, stored or shown. What they lead to lives in a ``Secret``, which
no repr, log line or error message prints. This module keeps no copy: a key that is changed in its
place is the new key at the next call.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from assay.core.errors import BadInput

_REFERENCE = re.compile(r"(?P<kind>env|file):(?P<name>\S(?:.*\S)?)")
_BETWEEN = re.compile(r",(?=\s*(?:env|file):)")  # a comma may be part of a file's name
_HINT = "name it as env:NAME (an environment variable) or file:PATH (a file that holds nothing else)"
_LOOKS_SECRET = re.compile(
    r"(?i)\bsk-[\w*.-]{6,}|\bbearer\s+[\w.~+/=*-]{6,}|(?<=[?&])(?:api[-_]?key|key|token|sig)=[^\s&\"']+"
)
_LONG_CHARS = 8
MASK = "***"


class Secret:
    """A value that shows itself only to ``reveal``."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself: for the header that carries it, and nothing else."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled or copied; pass its reference on instead")


def split_references(references: str) -> tuple[str, ...]:
    """The references of a list such as ``env:A,env:B``; each is an account of its own."""
    return tuple(part.strip() for part in _BETWEEN.split(references))


def check_reference(reference: str) -> str:
    """The reference itself, or the list of them, once it is seen to be one.

    What is not is never repeated, as it may be the key.
    """
    if not all(_REFERENCE.fullmatch(one) for one in split_references(reference)):
        raise BadInput("a key is given by reference, and this is none", hint=_HINT, code="secret.bad_reference")
    return reference


def resolve_secret(reference: str, *, environ: Mapping[str, str] = os.environ) -> Secret:
    """The secret that a reference leads to now, without the white space around it.

    Raises:
        BadInput: It is not a reference, leads nowhere, or leads to something that cannot stand in a header.
    """
    kind, _, name = check_reference(reference).partition(":")
    value = (_from_environment(name, environ) if kind == "env" else _from_file(name)).strip()
    if not value:
        raise BadInput(f"the key {reference} is empty", hint="put the key there", code="secret.empty")
    if not (value.isascii() and value.isprintable()):
        raise BadInput(
            f"the key {reference} has characters that no HTTP header can carry",
            hint="it must be one line of printable ASCII",
            code="secret.not_printable",
        )
    return Secret(value)


def scrub(text: str, secret: Secret | None = None) -> str:
    """The text without the secret, and without what looks like anyone's."""
    value = secret.reveal() if secret is not None else ""
    if len(value) >= _LONG_CHARS:
        text = text.replace(value, MASK)
    elif value:  # such as "none", for a server that wants a key and takes any: only where it stands by itself
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text)
    return _LOOKS_SECRET.sub(MASK, text)


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name)
    if value is None:
        raise BadInput(
            f"the key env:{name} is missing: there is no such environment variable",
            hint=f"set it with: export {name}=…",
            code="secret.missing",
        )
    return value


def _from_file(name: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(
            f"the key file:{name} cannot be read: {reason}",
            hint="name a file that exists, is readable and holds the key alone",
            code="secret.missing",
        ) from None
