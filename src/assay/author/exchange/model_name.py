"""Names of models: how other formats write them, and ``provider/model`` here."""

import re

_PROVIDERS = {"azure": "azure-openai", "azure_openai": "azure-openai"}
_FAMILIES = (
    (re.compile(r"(gpt-|chatgpt|o[1-9](-|$)|text-embedding|davinci|babbage)", re.IGNORECASE), "openai"),
    (re.compile(r"claude", re.IGNORECASE), "anthropic"),
)


def candidate(model: str, provider: str | None = None) -> str | None:
    """``provider/model``; None when nothing tells the provider.

    Args:
        model: The model, with its provider before a slash or without.
        provider: The provider where it is given apart.
    """
    if provider:
        return f"{_PROVIDERS.get(provider, provider)}/{model}"
    first, slash, rest = model.partition("/")
    if slash and first and rest:
        return f"{_PROVIDERS.get(first, first)}/{rest}"
    return next((f"{owner}/{model}" for pattern, owner in _FAMILIES if pattern.match(model)), None)


def split_candidate(name: str) -> tuple[str, str]:
    """Provider and model of a candidate, the provider as other formats name it."""
    provider, _, model = name.partition("/")
    return next((other for other, own in _PROVIDERS.items() if own == provider), provider), model
