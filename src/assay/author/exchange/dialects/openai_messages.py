"""Dialect ``openai-messages``: a JSON list of chat messages, or the body of a chat request."""

import json

from assay.author.exchange.dialect import Dialect, dialects
from assay.author.exchange.from_openai_messages import load
from assay.author.exchange.to_openai_messages import dump


def detect(text: str, file: str) -> float:
    """How sure it is that the file holds OpenAI messages."""
    if text.lstrip()[:1] not in ("[", "{"):
        return 0.0
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return 0.6 if file.endswith(".json") and '"role"' in text else 0.0
    messages = value.get("messages") if isinstance(value, dict) else value
    if not isinstance(messages, list) or not messages:
        return 0.0
    return 1.0 if all(isinstance(m, dict) and "role" in m for m in messages) else 0.0


DIALECT = dialects.register("openai-messages")(
    Dialect(
        name="openai-messages",
        title="OpenAI chat messages (JSON)",
        suffixes=(".json",),
        detect=detect,
        load=load,
        dump=dump,
    )
)
