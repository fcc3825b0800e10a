"""A provider of a configuration as the model of a native suite: its name, its server's address and its key's reference.

What is meant for a server of one's own never goes to the provider's public one: it is carried over whole, or left out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from assay.core.errors import AssayError, BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.leaving import Leaving
from assay.evaluate.promptfoo.providers.model import target_of
from assay.evaluate.promptfoo.types import Json, ProviderSpec
from assay.models.target import parse_target

CARRIED = frozenset({"apiBaseUrl", "apiHost", "apiKey", "apiKeyEnvar"})
"""The settings of a provider that ``asked_of`` heeds."""

_FAMILIES = {"openai": "env:OPENAI_API_KEY", "anthropic": "env:ANTHROPIC_API_KEY"}
_OTHER_MODES = {"responses", "embedding", "embeddings", "completion"}


def asked_of(spec: ProviderSpec, env: Mapping[str, str]) -> Json | None:
    """``model``, ``base_url`` and ``key`` for a provider that is a model by OpenAI or Anthropic; None for any other.

    Raises:
        BadInput: Its key is written out, or its variable is not set.
    """
    if (name := _name(spec.kind)) is None or (target := target_of(spec, env)) is None:
        return None
    asked: Json = {"model": name}
    if target.base_url is not None:
        asked["base_url"] = target.base_url
    if target.key is not None and (target.base_url is not None or target.key != _FAMILIES[target.provider]):
        asked["key"] = target.key
    return asked


def _name(kind: str) -> str | None:
    family, _, rest = kind.partition(":")
    mode, colon, model = rest.partition(":")
    model = model if colon and mode in {"chat", "messages"} else rest
    if family not in _FAMILIES or not model or mode in _OTHER_MODES:
        return None
    name = f"{family}/{model}"
    try:
        parse_target(name)
    except BadInput:
        return None
    return name


class JudgeWriter:
    """Turns the providers that judge into entries of a suite's ``judge``.

    Args:
        find: The provider that a test or an assertion names.
        env: The configuration's environment.
        leaving: Takes what cannot be carried over.
    """

    def __init__(self, find: Callable[[Any], ProviderSpec], env: Mapping[str, str], leaving: Leaving) -> None:
        self._find = find
        self._env = env
        self._leaving = leaving

    def judge(self, provider: Any, where: Location, what: str) -> str | Json | None:
        """The entry; None where no provider is named, or it is none that a suite can ask.

        Args:
            provider: As it is named.
            where: Where that is.
            what: How it is spoken of.
        """
        if provider is None:
            return None
        if isinstance(provider, dict) and not provider.get("id") and isinstance(provider.get("text"), str | dict):
            provider = provider["text"]
        try:
            spec = self._find(provider)
            asked = asked_of(spec, self._env)
        except AssayError as error:
            self._leaving.drop(where, what, error.what)
            return None
        if asked is None:
            self._leaving.drop(where, what, "a judge is a model, written PROVIDER/MODEL")
            return None
        for key in spec.config:
            if key not in CARRIED:
                self._leaving.drop(where, f"{key!r} of {what}", "set it under the judge's 'parameters'")
        return asked if len(asked) > 1 else str(asked["model"])
