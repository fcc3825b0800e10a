"""Rule ``unknown-provider`` (error): a model of a provider that there is not.

What it finds
    A model candidate whose first part, before the ``/``, is the name of no provider that is built in, installed or set
    up in the project.

Why
    The call would fail, or the next candidate would answer without anybody noticing.

Example
    model: opnai/gpt-4o-mini

What to write instead
    model: openai/gpt-4o-mini
"""

from collections.abc import Iterator
from difflib import get_close_matches

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("unknown-provider")
def unknown_provider(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """Each such candidate; nothing where the providers are not known."""
    if context.providers is None:
        return
    for i, candidate in enumerate(prompt.model.candidates):
        provider = candidate.partition("/")[0]
        if provider not in context.providers:
            near = get_close_matches(provider, sorted(context.providers), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(context.providers))}"
            where = prompt.document.at("model", "candidates", i)
            yield Finding("unknown-provider", "error", f"no provider is named {provider!r}", hint, where)
