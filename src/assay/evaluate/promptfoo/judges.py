"""Whom an assertion asks: its judge, its moderator, what makes its vectors; and who answers in place of a column."""

from typing import Any

from assay.core.location import Location
from assay.evaluate.promptfoo.guardrail import moderation_settings
from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.provider_specs import specs_of
from assay.evaluate.promptfoo.providers.model import embedding_target
from assay.evaluate.promptfoo.responses import find_provider
from assay.evaluate.promptfoo.script_text import json_text
from assay.evaluate.promptfoo.types import Json, PromptfooSuite, ProviderSpec
from assay.models.target import Target

DEFAULT_JUDGE = "openai:chat:gpt-4.1"


class Judges:
    """Says who judges an assertion, who makes vectors for it, and who answers a test that names its own provider."""

    def __init__(self, suite: PromptfooSuite, files: Files) -> None:
        self._suite = suite
        self._files = files
        self._known: dict[str, ProviderSpec] = {}

    def provider(self, value: Any) -> ProviderSpec:
        """The provider that a test or an assertion names."""
        key = json_text(value)
        if key not in self._known:
            self._known[key] = find_provider(value, self._suite.providers, self._make)
        return self._known[key]

    def judge(self, assertion: Json, test: Json) -> ProviderSpec:
        """The judge of an assertion: its own, or the test's, or the run's, or OpenAI's model."""
        own = assertion.get("provider") or (test.get("options") or {}).get("provider") or self._suite.judge
        if isinstance(own, dict) and not own.get("id") and isinstance(own.get("text"), str | dict):
            own = own["text"]
        return self.provider(own or DEFAULT_JUDGE)

    def embedder(self, assertion: Json, test: Json) -> Target | None:
        """What makes vectors for an assertion: its own model or the test's, or OpenAI's; None for the embedded one."""
        own = assertion.get("provider") or (test.get("options") or {}).get("provider")
        if isinstance(own, dict) and not own.get("id"):
            own = own.get("embedding")
        return embedding_target(None if own is None else self.provider(own), self._suite.env)

    def moderator(self, assertion: Json, where: Location) -> Json:
        """What the grader ``moderation`` asks, as its settings."""
        return moderation_settings(assertion, self._suite.env, where)

    def _make(self, value: Any) -> ProviderSpec:
        return next(iter(specs_of(value, self._files, self._suite.env, Location(self._suite.name))))
