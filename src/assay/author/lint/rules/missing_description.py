"""Rule ``missing-description`` (note): a prompt that does not say what it is for.

What it finds
    A prompt file without ``description``.

Why
    Lists, reports and reviews show the description. Without one, each reader has to read the messages.

Example
    prompt: support.triage

What to write instead
    prompt: support.triage
    description: Names the team that a ticket belongs to.
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("missing-description")
def missing_description(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding at most."""
    if not prompt.description.strip():
        what = f"{prompt.name} has no description"
        where = prompt.document.at("description")
        yield Finding("missing-description", "note", what, "add 'description:' with one sentence", where)
