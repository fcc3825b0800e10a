"""Settings of the stage ``author``."""

from dataclasses import dataclass

from assay.core.settings import setting


@dataclass(frozen=True, slots=True)
class AuthorSettings:
    """How prompts are linted."""

    max_prompt_tokens: int = setting(8000, "a prompt that may grow beyond so many tokens is pointed out", least=1)
    lint_ignore: str = setting("", "lint rules that are not applied, with commas between them")
