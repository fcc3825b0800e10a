"""What is written about the rules for suites: for SARIF, and as their pages.

``python -m assay.evaluate.lint.page docs/reference/suite-lint`` writes the pages there.
"""

import sys
from pathlib import Path

from assay.author.lint.page import RuleText, describe, page, table, text_of
from assay.evaluate.lint.rule import UNREADABLE, suite_rules

_INTRODUCTION = """\
# Lint rules for suites

`assay lint` opens each suite as for a run, counts its cases, and holds its gate against how much its past runs have
varied. Nothing is called. The [rules for prompt files](../lint/index.md) say what levels mean, how a rule is left out
(`author.lint_ignore`), and what `--json` and `--sarif` print. A suite that cannot be opened is a finding of its own,
`suite-unreadable`.

`assay plan` shows the same figures at length: see [plan a suite](../../how-to/plan-a-suite.md).

"""


def told(name: str) -> RuleText:
    """What is written about a rule, for prompts or for suites."""
    if name == UNREADABLE:
        return RuleText(name, "error", "error", "A suite that cannot be opened.", {})
    return text_of(name, suite_rules.get(name)) if name in suite_rules.names() else describe(name)


def pages() -> dict[str, str]:
    """Every page by its file name: the index, and one for each rule."""
    names = suite_rules.names()
    index = _INTRODUCTION + table(told(name) for name in names)
    return {"index.md": index, **{f"{name}.md": page(told(name)) for name in names}}


if __name__ == "__main__":
    for name, text in pages().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
