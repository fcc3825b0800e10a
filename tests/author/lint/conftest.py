"""What the tests of lint rules share: a prompt's findings by one rule."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from assay.author.lint.rule import Context, Finding, rules
from assay.author.parse import load_prompt
from assay.author.types import Prompt
from assay.testing.memory_tree import MemoryTree

TODAY = date(2027, 1, 15)


@pytest.fixture
def tree() -> Callable[..., Context]:
    """Files -> the context of their project."""

    def make(files: Mapping[str, str], **more: object) -> Context:
        source = MemoryTree(files)
        prompts = tuple(load_prompt(source, path) for path in source.prompts())
        checked = frozenset(source.prompts())
        return Context(**{"today": TODAY, "source": source, "prompts": prompts, "checked": checked, **more})  # type: ignore[arg-type] # by name

    return make


@pytest.fixture
def lint(tree: Callable[..., Context]) -> Callable[..., list[Finding]]:
    """A rule, front matter and body (or one text) -> what the rule finds in that prompt."""

    def check(
        rule: str, front: str = "", body: str = "user:\nHello.", files: Mapping[str, str] | None = None, **more: object
    ) -> list[Finding]:
        text = f"---\nprompt: a.b\n{front}\n---\n{body}\n"
        context = tree({**(files or {}), "p.prompt.md": text}, **more)
        prompt: Prompt = next(p for p in context.prompts if p.file == "p.prompt.md")
        return list(rules.get(rule)(prompt, context))

    return check
