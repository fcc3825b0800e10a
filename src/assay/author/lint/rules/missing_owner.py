"""Rule ``missing-owner`` (warning): a prompt that nobody answers for.

What it finds
    A prompt file without ``owner``.

Why
    When a reply does harm, or a review is due, somebody has to be asked.

Example
    prompt: support.triage

What to write instead
    prompt: support.triage
    owner: support-platform
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("missing-owner")
def missing_owner(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding at most."""
    if not (prompt.ownership.owner or "").strip():
        what = f"{prompt.name} has no owner"
        yield Finding("missing-owner", "warning", what, "add 'owner: TEAM'", prompt.document.at("owner"))
