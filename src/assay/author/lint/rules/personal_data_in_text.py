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

import re
from collections.abc import Callable, Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.wording import written
from assay.author.types import Prompt

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})\b")
_PHONE = re.compile(r"(?<![\w+.])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,14}(?!\w)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\w.+-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
_RESERVED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|local)", re.IGNORECASE)
_FICTION = re.compile(r"555\D{0,2}01\d\d$")
# Numbers that card networks publish for tests.
_TEST_CARDS = frozenset(
    {
        "4111111111111111",
        "4242424242424242",
        "4000056655665556",
        "4012888888881881",
        "5555555555554444",
        "5105105105105100",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "6011000990139424",
        "30569309025904",
        "3530111333300000",
    }
)
_RESPONSIBLE = ("owner", "reviewers")


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
    for found in _EMAIL.finditer(text):
        if not _RESERVED.fullmatch(found[1]):
            yield "an e-mail address", f"…@{found[1]}", found.start()
    taken: list[tuple[int, int]] = []
    kinds: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
        ("an IBAN", _IBAN, is_iban),
        ("a payment card number", _CARD, is_card),
        ("a telephone number", _PHONE, _is_phone),
    )
    for thing, pattern, fits in kinds:
        for found in pattern.finditer(text):
            overlaps = any(found.start() < stop and start < found.end() for start, stop in taken)
            if not overlaps and fits(found[0]):
                taken.append(found.span())
                yield thing, f"…{found[0][-3:]}", found.start()


def is_iban(text: str) -> bool:
    """Whether the checksum of an IBAN is right (ISO 7064, modulo 97-10)."""
    bare = text.replace(" ", "")
    if not 15 <= len(bare) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Whether a number has a payment card's length and check digit (Luhn), and is not published for tests."""
    digits = re.sub(r"\D", "", text)
    if not 13 <= len(digits) <= 19 or digits in _TEST_CARDS or len(set(digits)) == 1:
        return False
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_phone(text: str) -> bool:
    return 8 <= len(re.sub(r"\D", "", text)) <= 16 and not _FICTION.search(text)
