"""What must never be copied out of somebody's prompt file: keys and tokens, by their name or by their look.

A guard on importing alone; finding secrets in a project's own files is lint's.
"""

import re
from collections.abc import Iterator

from assay.core.location import Path

_NAME = re.compile(
    r"(api|access|auth|account|secret|private|subscription)[-_]?(key|token|secret)s?|.*secret.*|.*password.*|.*passphrase.*"
    r"|.*credentials?|.*(api|access|secret|private)[-_]?key|(bearer|auth|access|refresh|id|session)?[-_]?token|authorization"
    r"|cookie|connection[-_]?string|sas",
    re.IGNORECASE,
)
_LOOK = re.compile(
    r"\b(sk-[\w-]{16,}|AIza[\w-]{30,}|gh[pousr]_\w{20,}|xox[abp]-[\w-]{10,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)"
)


def is_secret_name(name: str) -> bool:
    """Whether a key of that name holds a secret."""
    return _NAME.fullmatch(name) is not None


def looks_secret(value: object) -> bool:
    """Whether a text holds something that looks like a key."""
    return isinstance(value, str) and _LOOK.search(value) is not None


def without_secrets(value: object, path: Path = ()) -> tuple[object, list[Path]]:
    """The value without the entries that hold secrets, and the paths of those."""
    removed: list[Path] = []
    return _cleaned(value, path, removed), removed


def _cleaned(value: object, path: Path, removed: list[Path]) -> object:
    if isinstance(value, dict):
        return {key: _cleaned(value[key], (*path, key), removed) for key in _open_keys(value, path, removed)}
    if isinstance(value, list):
        kept = [(i, item) for i, item in enumerate(value) if not looks_secret(item)]
        removed += [(*path, i) for i, item in enumerate(value) if looks_secret(item)]
        return [_cleaned(item, (*path, i), removed) for i, item in kept]
    return value


def _open_keys(value: dict[str, object], path: Path, removed: list[Path]) -> Iterator[str]:
    for key, item in value.items():
        if (is_secret_name(key) and item is not None) or looks_secret(item):
            removed.append((*path, key))
        else:
            yield key
