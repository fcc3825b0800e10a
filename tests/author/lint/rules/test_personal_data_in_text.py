"""Rule ``personal-data-in-text``: nobody's address or number in a file that is shared."""

import pytest

IBAN = "GB82 WEST 1234 5698 7654 32"
CARD = "4929 1234 5678 9015"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("jane.doe@corp.com", "an e-mail address: …@corp.com", id="email"),
        pytest.param("+49 30 901820 44", "a telephone number: …", id="phone"),
        pytest.param("0044 20 7946 0000", "a telephone number", id="phone-with-zeros"),
        pytest.param("+1 (415) 867-5309", "a telephone number", id="phone-in-brackets"),
        pytest.param(IBAN, "an IBAN: … 32", id="iban"),
        pytest.param(IBAN.replace(" ", ""), "an IBAN", id="iban-in-one"),
        pytest.param(CARD, "a payment card number: …015", id="card"),
        pytest.param(CARD.replace(" ", "-"), "a payment card number", id="card-with-dashes"),
    ],
)
def test_a_hit_shows_only_the_end(lint, text, words):
    (found,) = lint("personal-data-in-text", "", f"user:\nA\nCall {text} now")

    assert found.level == "warning"
    assert words in found.what
    assert text not in found.what
    assert found.where.line == 7


def test_a_hit_in_the_front_matter_is_placed_there(lint):
    (found,) = lint("personal-data-in-text", "inputs:\n  x:\n    examples: [a, bob@corp.com]", "user:\n{{ x }}")

    assert found.where.path == "inputs.x.examples[1]"


@pytest.mark.parametrize(
    ("front", "text"),
    [
        pytest.param("", "jane@example.com, bob@shop.example, x@host.test", id="reserved-names"),
        pytest.param("", "an @mention and a@b", id="no-address"),
        pytest.param("", "+1 212 555 0123", id="fiction"),
        pytest.param("", "+12 34 and order 12345678", id="too-short"),
        pytest.param("", "GB82 WEST 1234 5698 7654 33", id="wrong-iban"),
        pytest.param("", "4929 1234 5678 9019", id="wrong-card"),
        pytest.param("", "4111 1111 1111 1111 and 4242-4242-4242-4242", id="test-cards"),
        pytest.param("", "2027-05-01T10:00:00+01:00 and 1.49291234567890", id="other-numbers"),
        pytest.param("owner: jane@corp.com\nreviewers: [bob@corp.com]", "x", id="who-answers-for-it"),
    ],
)
def test_a_near_miss(lint, front, text):
    assert lint("personal-data-in-text", front, f"user:\n{text}") == []
