"""Where a prompt's parts stand in its file, for findings about them."""

import re

from assay.author.types import Prompt
from assay.core.location import Location


def place_of_input(prompt: Prompt, name: str) -> Location:
    """The place of an input's entry, whose key may have a ``?`` and a kind after the name."""
    value = prompt.document.value
    entries = value.get("inputs") if isinstance(value, dict) else None
    for key in entries if isinstance(entries, dict) else ():
        if re.fullmatch(rf"\s*{re.escape(name)}\s*(?:\?.*|\(.*)?", key, re.DOTALL):
            return prompt.document.at_key("inputs", key)
    return prompt.document.at("inputs")
