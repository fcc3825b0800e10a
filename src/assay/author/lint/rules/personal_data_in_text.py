"""Rule ``personal-data-in-text`` (warning): somebody's address or number in a prompt file.

What it finds
    E-mail addresses, telephone numbers in international form, IBANs (with a right checksum) and payment card numbers
    (likewise), in messages, partials and the front matter. Let through: addresses at ``example.com`` and the other
    reserved names, ``owner`` and ``reviewers``, numbers that are set aside for fiction (555-01xx), and card networks'
    test numbers. The finding shows the last characters only.

Why
    Each call sends it to a model provider, the model may repeat it to anybody, and nobody was asked.

Example
    user:
    Customer: jane.doe@corp.com, card 4929 …

What to write instead
    user:
    Customer: jane.doe@example.com, card 4111 1111 1111 1111
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.wording import written
from assay.author.types import Prompt
from assay.core.personal_data import find_personal

_RESPONSIBLE = ("owner", "reviewers")
# An address of a machine in a prompt is seldom somebody's, so "ip" is not looked for.
_THINGS = {
    "email": "an e-mail address",
    "iban": "an IBAN",
    "card": "a payment card number",
    "phone": "a telephone number",
}


@rules.register("personal-data-in-text")
def personal_data_in_text(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such text."""
    for text in written(prompt):
        if (text.where.path or "").partition("[")[0] in _RESPONSIBLE:
            continue
        for thing, shown, offset in _personal(text.text):
            what = f"this looks like {thing}: {shown}"
            hint = "use made-up data, such as name@example.com, or an input"
            yield Finding("personal-data-in-text", "warning", what, hint, text.at(offset))


def _personal(text: str) -> Iterator[tuple[str, str, int]]:
    for found in find_personal(text):
        if found.kind in _THINGS:
            whole = text[found.start : found.stop]
            shown = f"…@{whole.partition('@')[2]}" if found.kind == "email" else f"…{whole[-3:]}"
            yield _THINGS[found.kind], shown, found.start
