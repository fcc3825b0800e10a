"""Rule ``ambiguous-name`` (error): two files that answer to one reference.

What it finds
    Two prompt files of a project with the same name and the same claimed version (or none).

Why
    ``support.triage`` means the file with the highest version. Where two have it, the reference means neither, and
    every command that is given it refuses.

Example
    # a.prompt.md
    prompt: support.triage
    version: 1.0.0

    # b.prompt.md
    prompt: support.triage
    version: 1.0.0

What to write instead
    # b.prompt.md
    prompt: support.triage
    version: 1.1.0
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("ambiguous-name")
def ambiguous_name(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """One finding that names the other files."""
    files = context.once(_files).get((prompt.name, prompt.version), [])
    others = [context.source.name(file) for file in files if file != prompt.file]
    if others:
        called = f"{prompt.name} {prompt.version or 'without a version'}"
        what = f"{called} is also in {', '.join(others)}"
        hint = "give one of them another version or another name"
        yield Finding("ambiguous-name", "error", what, hint, prompt.document.at("prompt"))


def _files(context: Context) -> dict[tuple[str, str | None], list[str]]:
    found: dict[tuple[str, str | None], list[str]] = {}
    for prompt in context.prompts:
        found.setdefault((prompt.name, prompt.version), []).append(prompt.file)
    return found
