"""Base addresses of servers: checked, brought into one form, and joined with a path.

Nothing is guessed: a server whose interface begins at ``/v1`` is named with it.
"""

import re
from urllib.parse import quote, urlsplit, urlunsplit

from assay.core.errors import BadInput

_HINT = "write it like https://host/v1 or http://127.0.0.1:8000/v1"


def normalise_base_url(text: str) -> str:
    """The address without a slash at its end; scheme and host in lower case.

    A query is kept, as some servers want one on every request. The error names no more of the address
    than its scheme, as the rest may hold a password.

    Raises:
        BadInput: It is not an absolute http or https address, or it carries a user name or a fragment.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise _bad("the base address is not an address") from None
    if parts.scheme not in {"http", "https"}:
        shown = f"{parts.scheme}:" if re.fullmatch(r"[a-z][a-z0-9+.-]{0,15}", parts.scheme) else "no scheme"
        raise _bad(f"the base address begins with {shown}, not with http: or https:")
    if not parts.hostname or any(character.isspace() for character in text.strip()):
        raise _bad("the base address names no host")
    if "@" in parts.netloc:
        raise _bad("the base address carries a user name or a password")
    if parts.fragment:
        raise _bad("the base address ends in a fragment (#…)")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    where = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, where, parts.path.rstrip("/"), parts.query, ""))


def join(base_url: str, *, root_path: str, path: str, model: str) -> str:
    """The full address of a call.

    Args:
        base_url: A normalised address; ``{model}`` in its path is replaced too.
        root_path: What comes before ``path`` where the address has no path of its own.
        path: The path of the call below the address.
        model: The name that ``{model}`` stands for; it is quoted.
    """
    parts = urlsplit(base_url)
    whole = ((parts.path or root_path) + path).replace("{model}", quote(model, safe=""))
    return urlunsplit((parts.scheme, parts.netloc, whole, parts.query, ""))


def host_of(base_url: str) -> str:
    """Host and port of an address: all of it that messages show."""
    return urlsplit(base_url).netloc


def _bad(what: str) -> BadInput:
    return BadInput(what, hint=_HINT, code="model.bad_base_url")
