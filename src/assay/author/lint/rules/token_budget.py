"""Rule ``token-budget`` (warning): a prompt that may grow beyond the project's budget.

What it finds
    The tokens of the fixed text, and of each input that is used at its longest (``max_chars``, four characters a
    token), come to more than the budget: 8,000 unless the project sets another. Inputs without a limit are not
    counted; the rule ``missing-max-chars`` names them.

Why
    Long prompts cost more and answer later, and models follow the instructions in them less well.

Example
    inputs:
      manual: {type: string, trust: retrieved, max_chars: 200000}

What to write instead
    inputs:
      passages: {type: string, trust: retrieved, max_chars: 12000}
"""

from collections.abc import Iterator

from assay.author.fixed_text import fixed_text
from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import used_inputs
from assay.author.types import Prompt

CHARS_PER_TOKEN = 4


@rules.register("token-budget")
def token_budget(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """One finding at most."""
    if context.tokens is None:
        return
    model = next(iter(prompt.model.candidates), context.default_model or "")
    fixed = context.tokens(fixed_text(prompt), model).n
    longest = {name: prompt.inputs[name].max_chars or 0 for name in sorted(used_inputs(prompt))}
    values = sum(-(-chars // CHARS_PER_TOKEN) for chars in longest.values())
    budget = context.settings.token_budget
    if fixed + values <= budget:
        return
    what = f"{prompt.name} may come to about {fixed + values:,} tokens ({fixed:,} of text); the budget is {budget:,}"
    most = max(longest, key=lambda name: longest[name], default="")
    hint = f"lower max_chars of {most!r}" if values > fixed else "shorten the text"
    where = prompt.document.at("inputs") if values > fixed else prompt.messages[0].where
    yield Finding("token-budget", "warning", what, f"{hint}, or raise the project's budget", where)
