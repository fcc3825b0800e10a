"""Rule ``unknown-ignore`` (warning): a rule is to be ignored that there is not.

What it finds
    A name under ``lint: {ignore: [...]}`` in a prompt's front matter that is the name of no rule.

Why
    It is misspelt, and the rule that was meant is applied all the same; or the rule is gone, and the line can go too.

Example
    lint: {ignore: [missing-ower]}

What to write instead
    lint: {ignore: [missing-owner]}
"""

from collections.abc import Iterator
from difflib import get_close_matches

from assay.author.lint.rule import Context, Finding, rule_names, rules
from assay.author.types import Prompt


@rules.register("unknown-ignore")
def unknown_ignore(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """Each such name."""
    known = context.once(rule_names) if prompt.lint_ignore else []
    for i, name in enumerate(prompt.lint_ignore):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "take it out"
            where = prompt.document.at("lint", "ignore", i)
            yield Finding("unknown-ignore", "warning", f"no rule is named {name!r}", hint, where)
