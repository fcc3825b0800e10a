"""Rule ``untrusted-in-system`` (error): text from outside in a message that the model obeys.

What it finds
    A ``system`` or ``developer`` message, or a partial in one, that prints an input whose trust is ``user``,
    ``retrieved`` or ``tool``, directly or through a loop's variable. Numbers and values from a fixed list are let
    through: nobody can write an instruction with them.

Why
    Models give such messages the most weight. What a stranger wrote there is an instruction to the model.

Example
    system:
    You answer questions about this page: {{ page }}

What to write instead
    system:
    You answer questions about the page that the user gives.

    user:
    <page>
    {{ page }}
    </page>
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import UNTRUSTED, is_free_text, printed, usages
from assay.author.types import Prompt


@rules.register("untrusted-in-system")
def untrusted_in_system(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such input, once a message."""
    for message, usage in zip(prompt.messages, usages(prompt), strict=True):
        if message.role not in ("system", "developer"):
            continue
        seen: set[str] = set()
        for name, where in printed(prompt, usage):
            entry = prompt.inputs[name]
            if entry.trust not in UNTRUSTED or name in seen or not is_free_text(entry.schema):
                continue
            seen.add(name)
            what = f"the {message.role} message prints {name!r}, whose trust is {entry.trust!r}"
            hint = "move it into a user message; or, if your own code wrote it, give the input 'trust: developer'"
            yield Finding("untrusted-in-system", "error", what, hint, where)
