"""Rule ``undeclared-input`` (error): a template that uses a name which is no input.

What it finds
    Every name in a template, or in a partial that it includes, that is neither declared under ``inputs`` nor given in
    the same message by ``for``, ``set`` or ``with``.

Why
    A name without a value is an error when the prompt is rendered: every call would fail.

Example
    inputs:
      ticket: string
    …
    user:
    {{ tikcet }}

What to write instead
    user:
    {{ ticket }}
"""

from collections.abc import Iterator
from difflib import get_close_matches

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import usages
from assay.author.types import Prompt


@rules.register("undeclared-input")
def undeclared_input(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such name, once a line."""
    for usage in usages(prompt):
        for use in usage.uses:
            if use.name in prompt.inputs or use.name in usage.given:
                continue
            near = get_close_matches(use.name, prompt.inputs, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"declare {use.name!r} under 'inputs'"
            yield Finding(
                "undeclared-input", "error", f"the template uses {use.name!r}, which is no input", hint, use.where
            )
