"""Rule ``suite-not-found`` (error): a pointer to a suite that is not there.

What it finds
    A path under ``suites`` that is no file of the project. Paths are relative to the prompt file.

Why
    The prompt looks tested and is not.

Example
    suites: [../suites/triag.yaml]

What to write instead
    suites: [../suites/triage.yaml]
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.source import inside
from assay.author.types import Prompt
from assay.core.errors import BadInput


@rules.register("suite-not-found")
def suite_not_found(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """Each path that leads nowhere."""
    folder = prompt.file.rpartition("/")[0]
    for i, path in enumerate(prompt.suites):
        try:
            found = context.source.has(inside(f"{folder}/{path}" if folder else path))
        except BadInput:
            found = False
        if not found:
            what = f"there is no suite at {path}"
            hint = "name a file of the project, relative to the prompt file"
            yield Finding("suite-not-found", "error", what, hint, prompt.document.at("suites", i))
