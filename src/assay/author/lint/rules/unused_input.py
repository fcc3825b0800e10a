"""Rule ``unused-input`` (warning): an input that nothing uses.

What it finds
    An input that no template prints or asks about, that no ``insert:`` puts in, and that no citation points at.

Why
    Callers have to give a value that changes nothing, or the author believes that the model sees it.

Example
    inputs:
      ticket: string
      language: string
    …
    user:
    {{ ticket }}

What to write instead
    inputs:
      ticket: string
"""

from collections.abc import Iterator

from assay.author.lint.place import place_of_input
from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import used_inputs
from assay.author.types import Prompt


@rules.register("unused-input")
def unused_input(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such input."""
    used = used_inputs(prompt)
    for name in prompt.inputs:
        if name not in used:
            what = f"the input {name!r} is used nowhere"
            yield Finding(
                "unused-input", "warning", what, "use it in a message, or take it out", place_of_input(prompt, name)
            )
