"""Rule ``missing-max-chars`` (warning): text from outside of any length.

What it finds
    An input that is used, whose trust is ``user``, ``retrieved`` or ``tool``, that can hold free text, and that has
    neither ``max_chars`` nor, for plain text, ``maxLength``.

Why
    One caller can send a book: it costs money, pushes the instructions out of the model's sight, and gives an attacker
    room.

Example
    inputs:
      ticket: string, the customer's message

What to write instead
    inputs:
      ticket:
        type: string
        description: the customer's message
        max_chars: 4000
"""

from collections.abc import Iterator

from assay.author.lint.place import place_of_input
from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import UNTRUSTED, is_free_text, used_inputs
from assay.author.types import Prompt


@rules.register("missing-max-chars")
def missing_max_chars(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such input."""
    for name in sorted(used_inputs(prompt)):
        entry = prompt.inputs[name]
        bounded = entry.max_chars is not None or (entry.schema.get("type") == "string" and "maxLength" in entry.schema)
        if entry.trust in UNTRUSTED and is_free_text(entry.schema) and not bounded:
            what = f"the input {name!r} comes from outside (trust: {entry.trust}) and has no length limit"
            hint = "add 'max_chars:' with the longest text that makes sense"
            yield Finding("missing-max-chars", "warning", what, hint, place_of_input(prompt, name))
