"""Rule ``choices-not-in-text`` (warning): replies that the model has never heard of.

What it finds
    A contract with ``choices`` of which at least one stands in no message and no partial.

Why
    A model cannot pick a label that it is not told. Where the decoder is held to the choices it picks blindly.

Example
    contract:
      choices: [billing, bug, account]
    …
    system:
    Answer with billing or bug.

What to write instead
    system:
    Answer with billing, bug or account.
"""

import re
from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.wording import flat, flat_text
from assay.author.types import Prompt


@rules.register("choices-not-in-text")
def choices_not_in_text(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding that names all of them."""
    if prompt.contract is None or not prompt.contract.choices:
        return
    text = flat_text(prompt)
    missing = [choice for choice in prompt.contract.choices if not _occurs(flat(choice), text)]
    if missing:
        listed = ", ".join(repr(choice) for choice in missing)
        verb = "stands" if len(missing) == 1 else "stand"
        what = f"of the choices, {listed} {verb} nowhere in the messages"
        hint = "tell the model every choice, and when each one is right"
        yield Finding("choices-not-in-text", "warning", what, hint, prompt.document.at("contract", "choices"))


def _occurs(choice: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", text) is not None
