"""Dialect ``prompty-v1``: Microsoft's ``.prompty`` files as they were before version 2."""

import re

from assay.author.exchange.dialect import Dialect, dialects
from assay.author.exchange.from_prompty import load_v1
from assay.author.exchange.to_prompty import dump_v1

_OLD = re.compile(r"^\s+(configuration|api|parameters|azure_deployment|azure_endpoint):|^sample:|^base:", re.MULTILINE)
_NEW = re.compile(r"^\s+(apiType|maxOutputTokens|options):|^inputs:\s*\n\s+-", re.MULTILINE)
_ROLES = re.compile(r"^\s*#?\s*(system|user|assistant):\s*$", re.MULTILINE | re.IGNORECASE)


def detect(text: str, file: str) -> float:
    """How sure it is that the file is a Prompty file of version 1."""
    if _OLD.search(text) is None or _NEW.search(text) is not None:
        return 0.1 if file.endswith(".prompty") else 0.0
    return 0.95 if file.endswith(".prompty") else 0.4 + 0.2 * (_ROLES.search(text) is not None)


DIALECT = dialects.register("prompty-v1")(
    Dialect(
        name="prompty-v1", title="Prompty, version 1", suffixes=(".prompty",), detect=detect, load=load_v1, dump=dump_v1
    )
)
