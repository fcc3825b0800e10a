"""Addresses and numbers of people are found, and what only looks like them is not."""

import pytest

from assay.core.personal_data import find_personal, is_card, is_iban

IBAN = "GB82 WEST 1234 5698 7654 32"
CARD = "4929 1234 5678 9015"


def found(text: str) -> list[tuple[str, str]]:
    return [(hit.kind, text[hit.start : hit.stop]) for hit in find_personal(text, national=True)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", "jane.doe+x@mail.corp.co.uk"),
        ("email", "Jane@CORP.com"),
        ("phone", "+49 30 901820 44"),
        ("phone", "0044 20 7946 0000"),
        ("phone", "+1 (415) 867-5309"),
        ("phone", "(415) 867-5309"),
        ("phone", "415.867.5309"),
        ("iban", IBAN),
        ("iban", "DE89370400440532013000"),
        ("card", CARD),
        ("card", "4929-1234-5678-9015"),
        ("ip", "81.2.69.142"),
        ("ip", "10.0.0.17"),
        ("ip", "2a02:1f8:20::7b"),
        ("ip", "2001:470:1f0b:9a::2"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "Call ({}), now.", "x: {}\n", "„{}“"])
def test_it_is_found_whole_wherever_it_stands(kind, text, around):
    assert found(around.format(text)) == [(kind, text)]


def test_words_in_capitals_behind_an_iban_are_not_part_of_it():
    assert found("DE89 3704 0044 0532 0130 00 TO PAY") == [("iban", "DE89 3704 0044 0532 0130 00")]
    assert found("FR14 2004 1010 0505 0001 3M02 606 THEN CALL") == [("iban", "FR14 2004 1010 0505 0001 3M02 606")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("jane@example.com, bob@shop.example, x@host.test", id="reserved-names"),
        pytest.param("an @mention, a@b and user@", id="no-address"),
        pytest.param("+1 212 555 0123 and (212) 555-0199", id="fiction"),
        pytest.param("order 123-456-7890 and 415-867-53099", id="no-area-code, too long"),
        pytest.param("+12 34 and order 12345678", id="too-short"),
        pytest.param("GB82 WEST 1234 5698 7654 33", id="wrong-iban"),
        pytest.param("4929 1234 5678 9019", id="wrong-card"),
        pytest.param("4111 1111 1111 1111 and 4242-4242-4242-4242", id="test-cards"),
        pytest.param("2027-05-01T10:00:00+01:00 and 1.49291234567890", id="other-numbers"),
        pytest.param("v1.2.3.4, version 10.0.19.45, §1.2.3.4", id="versions"),
        pytest.param("1.2.3, 1.2.3.4.5 and 300.1.2.3", id="no-ipv4"),
        pytest.param("127.0.0.1, 0.0.0.0, 192.0.2.7, 203.0.113.9, ::1, 2001:db8::5", id="nobody's addresses"),
        pytest.param("at 12:30:45, 00:1A:2B:3C:4D:5E, std::vector, a::b, ::", id="no-ipv6"),
    ],
)
def test_a_near_miss_is_let_through(text):
    assert found(text) == []


def test_two_kinds_never_share_a_character():
    text = f"{IBAN} {CARD} +49 30 901820 44 jane@corp.com 81.2.69.142"

    assert [kind for kind, _ in sorted(found(text), key=lambda hit: text.index(hit[1]))] == [
        "iban", "card", "phone", "email", "ip",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "right"),
    [(IBAN, True), ("DE89370400440532013000", True), ("DE89370400440532013001", False), ("DE89", False)],
)
def test_the_checksum_of_an_iban(text, right):
    assert is_iban(text) is right


@pytest.mark.parametrize(
    ("text", "right"), [(CARD, True), ("4929123456789012", False), ("0" * 16, False), ("49", False)]
)
def test_the_check_digit_of_a_card(text, right):
    assert is_card(text) is right
