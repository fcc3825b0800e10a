"""Names for things that have no other: sortable by the time they were made, and hard to guess."""

import secrets
from datetime import datetime


def new_id(at_utc: datetime, *, entropy: str | None = None) -> str:
    """An id such as ``20261122-154501-4f1c9a``: UTC time to the second, then 24 random bits.

    Args:
        at_utc: The time that the id carries.
        entropy: Six hexadecimal digits instead of random ones, for tests.
    """
    return f"{at_utc:%Y%m%d-%H%M%S}-{entropy or secrets.token_hex(3)}"


def new_key() -> bytes:
    """32 bytes that nobody can guess."""
    return secrets.token_bytes(32)


def new_mark() -> str:
    """32 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(16)
