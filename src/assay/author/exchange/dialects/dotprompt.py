"""Dialect ``dotprompt``: Google's ``.prompt`` files, with Handlebars templates and picoschema."""

import re

from assay.author.exchange.dialect import Dialect, dialects
from assay.author.exchange.from_dotprompt import load
from assay.author.exchange.to_dotprompt import dump

_SIGNS = re.compile(r"\{\{~?\s*(?:[#/^>!]|role\s|history\b|json\s|section\s|media\s|else\b|@|\.\./|this\b)")


def detect(text: str, file: str) -> float:
    """How sure it is that the file is a dotprompt file."""
    if _SIGNS.search(text) and "{%" not in text:
        return 0.95 if file.endswith(".prompt") else 0.75
    keys = re.search(r"^(config|input|output|toolDefs|variant):", text, re.MULTILINE)
    base = 0.6 if file.endswith(".prompt") else 0.2
    return min(0.9, base + 0.1 * (keys is not None)) if "{%" not in text else base / 3


DIALECT = dialects.register("dotprompt")(
    Dialect(
        name="dotprompt",
        title="dotprompt (.prompt with Handlebars)",
        suffixes=(".prompt",),
        detect=detect,
        load=load,
        dump=dump,
    )
)
