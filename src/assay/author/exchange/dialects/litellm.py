"""Dialect ``litellm``: LiteLLM's ``.prompt`` files, which look like dotprompt's but hold Jinja templates."""

import re

from assay.author.exchange.dialect import Dialect, dialects
from assay.author.exchange.from_litellm import load
from assay.author.exchange.to_litellm import dump

_HANDLEBARS = re.compile(r"\{\{~?\s*(?:[#/^>!]|role\s|history\b|json\s|section\s|media\s|else\b|@|\.\./)")
_JINJA = re.compile(r"\{%|\{\{[^}]*\|")
_PREFIX = re.compile(r"^(System|User|Assistant):", re.MULTILINE)
_PARAMETER = re.compile(r"^(temperature|max_tokens|top_p|frequency_penalty|presence_penalty):", re.MULTILINE)


def detect(text: str, file: str) -> float:
    """How sure it is that the file is one of LiteLLM's."""
    if _HANDLEBARS.search(text):
        return 0.0
    signs = [pattern.search(text) is not None for pattern in (_JINJA, _PREFIX, _PARAMETER)]
    if not any(signs):
        return 0.2
    return min(0.95, (0.65 if file.endswith(".prompt") else 0.25) + 0.1 * sum(signs))


DIALECT = dialects.register("litellm")(
    Dialect(
        name="litellm", title="LiteLLM (.prompt with Jinja)", suffixes=(".prompt",), detect=detect, load=load, dump=dump
    )
)
