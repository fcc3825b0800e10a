"""Addresses and numbers of people in a text: where they stand, told from what only looks like them.

Pure, and without a word about what to do with them: lint rules report them, masking replaces them. Names are not here,
since no pattern knows them.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["email", "iban", "card", "phone", "ip"]
KINDS: tuple[Kind, ...] = ("email", "iban", "card", "phone", "ip")

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})\b")
_PHONE = re.compile(r"(?<![\w+.])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,14}(?!\w)")
# As numbers are written within North America; nowhere else is the national form told from other numbers by its shape.
_NATIONAL = re.compile(r"(?<![\w+.-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?![\w-]|\.\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\w.+-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
_IPV4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:.]*\d)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?(?![\w:]|\.\d)"
)
_VERSION = re.compile(r"(?:\bv|\bversion|\brelease|\bbuild|\bsection|\bchapter|§)[ :=]{0,2}$", re.IGNORECASE)
_RESERVED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|local)", re.IGNORECASE)
_FICTION = re.compile(r"555\D{0,2}01\d\d$")
_DOCUMENTATION = tuple(
    ipaddress.ip_network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
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


@dataclass(frozen=True, slots=True)
class Found:
    """One address or number: what it is, and the part of the text that it is."""

    kind: Kind
    start: int
    stop: int


def find_personal(text: str, *, national: bool = False) -> Iterator[Found]:
    """The addresses and numbers in a text, kind by kind; no two overlap.

    Let through: addresses at ``example.com`` and the other reserved names, numbers that are set aside for fiction or
    documentation, card networks' test numbers, and numbers whose check digits are wrong.

    Args:
        text: The text.
        national: Also telephone numbers without a country's prefix, as they are written in North America.
    """
    taken: list[tuple[int, int]] = []
    for kind, pattern, fits, marks in _SEARCHES:
        if (pattern is _NATIONAL and not national) or not all(mark in text for mark in marks):
            continue
        for start, stop in _spans(text, pattern, fits):
            if not any(start < end and begin < stop for begin, end in taken):
                taken.append((start, stop))
                yield Found(kind, start, stop)


def find_reserved(text: str) -> Iterator[Found]:
    """The e-mail addresses that ``find_personal`` lets through, as their names are reserved for examples."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            if _RESERVED.fullmatch(match[1]):
                yield Found("email", match.start(), match.end())


def _spans(text: str, pattern: re.Pattern[str], fits: Callable[[re.Match[str]], int]) -> Iterator[tuple[int, int]]:
    """The matches that fit; behind one that does not, the next begins one character on."""
    match = pattern.search(text)
    while match is not None:
        stop = fits(match)
        if stop:
            yield match.start(), stop
        match = pattern.search(text, stop or match.start() + 1)


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


def _email_stop(match: re.Match[str]) -> int:
    return 0 if _RESERVED.fullmatch(match[1]) else match.end()


def _iban_stop(match: re.Match[str]) -> int:
    """The end of the IBAN, without words in capitals that follow it."""
    text = match[0]
    ends = [len(text), *(i for i in range(len(text) - 1, 14, -1) if text[i] == " ")]
    return next((match.start() + end for end in ends if is_iban(text[:end])), 0)


def _card_stop(match: re.Match[str]) -> int:
    return match.end() if is_card(match[0]) else 0


def _phone_stop(match: re.Match[str]) -> int:
    digits = re.sub(r"\D", "", match[0])
    return match.end() if 8 <= len(digits) <= 16 and not _FICTION.search(match[0]) else 0


def _ip_stop(match: re.Match[str]) -> int:
    """The end of an address that some machine may have; a version of a program is none."""
    if _VERSION.search(match.string[max(0, match.start() - 12) : match.start()]):
        return 0
    try:
        address = ipaddress.ip_address(match[0])
    except ValueError:
        return 0
    reserved = address.is_loopback or address.is_unspecified or address.is_multicast
    return 0 if reserved or any(address in block for block in _DOCUMENTATION) else match.end()


# With the characters without which there is none, which are looked for first, since that is quick.
_SEARCHES: tuple[tuple[Kind, re.Pattern[str], Callable[[re.Match[str]], int], str], ...] = (
    ("email", _EMAIL, _email_stop, "@"),
    ("iban", _IBAN, _iban_stop, ""),
    ("card", _CARD, _card_stop, ""),
    ("phone", _PHONE, _phone_stop, ""),
    ("phone", _NATIONAL, _phone_stop, ""),
    ("ip", _IPV4, _ip_stop, "."),
    ("ip", _IPV6, _ip_stop, ":"),
)
