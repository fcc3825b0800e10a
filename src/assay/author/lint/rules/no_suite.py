"""Rule ``no-suite`` (warning): a prompt that is not tested.

What it finds
    A prompt file that names no suite.

Why
    Without a suite nobody knows how good the prompt is, nor what the next change does to it.

Example
    prompt: support.triage

What to write instead
    prompt: support.triage
    suites: [../suites/triage.yaml]
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("no-suite")
def no_suite(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding at most."""
    if not prompt.suites:
        what = f"{prompt.name} names no suite"
        hint = "add 'suites: [PATH]' with the suite that tests it"
        yield Finding("no-suite", "warning", what, hint, prompt.document.at("suites"))
