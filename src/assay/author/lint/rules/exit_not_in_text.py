"""Rule ``exit-not-in-text`` (warning): a way out that the model is not told about.

What it finds
    A contract with ``refuse``, ``ask`` or ``escalate`` whose ``reply`` stands in no message; or, where there is no
    ``reply``, no message that speaks of it at all.

Why
    The contract would know a refusal when it saw one. The model does not know how to write it, and invents its own.

Example
    contract:
      refuse: {when: the question is not about support, reply: "OUT OF SCOPE"}
    …
    system:
    You answer questions about support.

What to write instead
    system:
    You answer questions about support. To any other question answer OUT OF SCOPE and nothing else.
"""

import re
from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.wording import flat, flat_text
from assay.author.types import Prompt

_SPOKEN_OF = {
    "refuse": re.compile(r"refus|declin|can ?not help|can't help|unable|not able|turn down|not answer"),
    "ask": re.compile(r"\bask|clarif|question back|which one"),
    "escalate": re.compile(r"escalat|hand (it |this )?over|forward|human|colleague|a person"),
}


@rules.register("exit-not-in-text")
def exit_not_in_text(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each way out that is not spoken of."""
    if prompt.contract is None:
        return
    text = flat_text(prompt)
    for clause, words in _SPOKEN_OF.items():
        way_out = getattr(prompt.contract, clause)
        if way_out is None:
            continue
        where = prompt.document.at("contract", clause)
        reply = flat((way_out.reply or "").removesuffix("…"))
        if reply and reply not in text:
            what = f"the contract knows the reply {way_out.reply!r}, and no message tells the model of it"
            yield Finding(
                "exit-not-in-text", "warning", what, "say in a message when to answer so, word for word", where
            )
        elif not reply and not words.search(text):
            what = f"the contract allows to {clause}, and no message tells the model when"
            yield Finding("exit-not-in-text", "warning", what, f"say in a message: {way_out.when}", where)
