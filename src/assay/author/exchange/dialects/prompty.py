"""Dialect ``prompty``: Microsoft's ``.prompty`` files in the form of version 2."""

import re

from assay.author.exchange.dialect import Dialect, dialects
from assay.author.exchange.from_prompty import load
from assay.author.exchange.to_prompty import dump

_KEYS = re.compile(r"^(inputs|outputs|model|template|metadata|tools|name):", re.MULTILINE)
_NEW = re.compile(r"^\s+(kind|apiType|maxOutputTokens|provider|options|id):", re.MULTILINE)
_ROLES = re.compile(r"^\s*#?\s*(system|user|assistant):\s*$", re.MULTILINE | re.IGNORECASE)


def detect(text: str, file: str) -> float:
    """How sure it is that the file is a Prompty file of version 2."""
    looks = 0.1 * (_KEYS.search(text) is not None) + 0.1 * (_ROLES.search(text) is not None)
    if file.endswith(".prompty"):
        return 0.6 + looks + 0.1 * (_NEW.search(text) is not None)
    return looks + 0.2 * (_NEW.search(text) is not None)


DIALECT = dialects.register("prompty")(
    Dialect(name="prompty", title="Prompty, version 2", suffixes=(".prompty",), detect=detect, load=load, dump=dump)
)
