"""Rule ``unreadable`` (error): a file that cannot be read as a prompt.

What it finds
    A prompt file that is not UTF-8, not YAML, lacks a key, has one too many, or names a partial, a tool or an input
    that is not there. The finding is the sentence that any command would answer with.

Why
    Nothing can be done with the file. The other files of the project are checked all the same.

Example
    prompt: support.triage
    risk: hihg
    …
    user:
    {{ ticket }}

What to write instead
    prompt: support.triage
    risk: high
    inputs:
      ticket: string, the customer's message
    …
    user:
    {{ ticket }}
"""

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt
from assay.core.errors import BadInput
from assay.core.location import Location


@rules.register("unreadable")
def check(prompt: Prompt, context: Context) -> tuple[Finding, ...]:  # noqa: ARG001 - a rule takes both
    """Nothing: a prompt that is there has been read."""
    return ()


def unreadable(error: BadInput, file: str) -> Finding:
    """The finding for a file that could not be read."""
    hint = error.hint or "correct the file"
    return Finding("unreadable", "error", error.what, hint, error.where or Location(file))
