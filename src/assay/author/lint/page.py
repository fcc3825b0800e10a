"""A rule's documentation, taken from its module's docstring: for SARIF, for the command, and as its page.

The pages under docs/reference/lint are written by ``python -m assay.author.lint.page docs/reference/lint``.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from assay.author.lint.rule import LEVELS, Level, rules

SECTIONS = ("What it finds", "Why", "Example", "What to write instead")
_AS_TEXT = frozenset({"Example", "What to write instead"})
_HEAD = re.compile(r"Rule ``(?P<name>[a-z-]+)`` \((?P<level>\w+)(?P<more>[^)]*)\): (?P<summary>.+)")
_INTRODUCTION = """\
# Lint rules

`assay lint` reads prompt files and says what is wrong with them, or unwise. It calls no model. A finding has a level:

- `error`: it cannot be meant. The prompt fails, or does something else than it says.
- `warning`: it is likely to do harm.
- `note`: it could be better.

## Leaving a rule out

For one prompt, in its front matter:

```yaml
lint: {ignore: [missing-max-tokens]}
```

For the whole project, in `assay.yaml`:

```yaml
author:
  lint_ignore: missing-description, missing-max-tokens
  max_prompt_tokens: 12000
```

What is ignored is not part of a version's identity.

## Output

`assay lint --json` prints a list of findings. Each has `rule`, `level`, `what` (a sentence), `hint` (what to write
instead), `file`, `line`, `column` and `path` (the path in the front matter); a part of the place that is not known is
null. `assay lint --sarif` prints SARIF 2.1.0, which code hosts and editors read. Neither holds a secret or personal
data that a rule found: only its first or last characters.

## A rule of your own

A rule is a function that takes a prompt and a context and gives findings. Offer it as an entry point of the group
`assay.rules`, under the rule's name.

## All rules

"""
_DOUBLE_TICKS = re.compile(r"``(.+?)``")


@dataclass(frozen=True, slots=True)
class RuleText:
    """What is written about a rule.

    Attributes:
        level: The level of its findings, or of most of them.
        levels: The level as it is written, with what else it may be.
        summary: One sentence.
        sections: The text by heading, in the order of ``SECTIONS``; Markdown but for the two examples.
    """

    name: str
    level: Level
    levels: str
    summary: str
    sections: dict[str, str]


def describe(name: str) -> RuleText:
    """What the docstring of the rule's module says; the name alone where it has none of that form.

    Raises:
        UnknownName: There is no such rule.
    """
    return text_of(name, rules.get(name))


def text_of(name: str, rule: object) -> RuleText:
    """The same of a rule of any kind."""
    module = sys.modules.get(getattr(rule, "__module__", ""))
    text = (module.__doc__ or "").strip() if module is not None else ""
    first, _, rest = text.partition("\n")
    head = _HEAD.fullmatch(first)
    if head is None:
        return RuleText(name, "warning", "warning", first or name, {})
    summary = head["summary"][:1].upper() + head["summary"][1:]
    level = next(level for level in LEVELS if level == head["level"])
    return RuleText(name, level, head["level"] + head["more"], summary, _sections(rest))


def _sections(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    parts = re.split(rf"^({'|'.join(SECTIONS)})\n", text, flags=re.MULTILINE)[1:]
    for heading, body in zip(parts[::2], parts[1::2], strict=True):
        plain = dedent(body).strip("\n")
        found[heading] = plain if heading in _AS_TEXT else _markdown(plain)
    return found


def _markdown(text: str) -> str:
    return _DOUBLE_TICKS.sub(r"`\1`", text)


def page(text: RuleText) -> str:
    """The rule's page in Markdown."""
    parts = [f"# `{text.name}`", f"{_markdown(text.summary)} Level: {text.levels}."]
    for heading, body in text.sections.items():
        parts += [f"## {heading}", f"```text\n{body}\n```" if heading in _AS_TEXT else body]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Every page by its file name: the index, and one for each rule."""
    return {"index.md": _index(), **{f"{name}.md": page(describe(name)) for name in rules.names()}}


def _index() -> str:
    return _INTRODUCTION + table(map(describe, rules.names()))


def table(texts: Iterable[RuleText]) -> str:
    """The rules as a table that links their pages."""
    rows = [f"| [`{text.name}`]({text.name}.md) | {text.levels} | {_markdown(text.summary)} |" for text in texts]
    return "\n".join(["| rule | level | finds |", "|---|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    for file, text in pages().items():
        (Path(sys.argv[1]) / file).write_text(text, encoding="utf-8")
