"""The same person becomes the same token, nobody can be looked up, and near misses stay as they are."""

import re

import pytest

from assay.core.errors import BadInput
from assay.evaluate.curate.mask import Masker, read_names, read_pattern
from assay.evaluate.types import Case

NAMES = "Jane Doe, Jane, jane.doe@corp.com\n# a comment\nLi, Wei\nJosé O'Neill-Ruiz\nWill\n"


@pytest.fixture
def masker() -> Masker:
    return Masker(b"key", names=read_names(NAMES, "people.txt"), patterns=[read_pattern(r"order=\bA-\d{6}\b")])


def kinds(text: str) -> list[str]:
    return re.findall(r"\[([a-z]+)-[0-9a-f]{10}\]", text)


def test_every_kind_is_replaced_and_the_rest_of_the_text_stays(masker):
    text = "Jane Doe (bob@corp.com, +49 30 901820 44) paid A-123456 from DE89 3704 0044 0532 0130 00 at 81.2.69.142."

    masked = masker.text(text)

    assert kinds(masked) == ["name", "email", "phone", "order", "iban", "ip"]
    assert re.sub(r"\[[^]]+\]", "#", masked) == "# (#, #) paid # from # at #."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bob@corp.com", "Bob@CORP.com"),
        ("+49 30 901820 44", "0049 (30) 90182044"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("4929 1234 5678 9015", "4929-1234-5678-9015"),
        ("2a02:1f8:20::7b", "2A02:01f8:0020:0:0:0:0:7b"),
        ("Jane Doe", "JANE DOE"),
        ("Jane  Doe", "Jane"),
        ("Jane", "jane.doe@corp.com"),
    ],
)
def test_two_forms_of_one_thing_have_one_token(masker, one, other):
    assert masker.text(one) == masker.text(other)
    assert masker.text(one) != one


def test_two_people_and_two_keys_have_different_tokens(masker):
    assert masker.text("bob@corp.com") != masker.text("rob@corp.com")
    assert Masker(b"key").text("bob@corp.com") == masker.text("bob@corp.com")
    assert Masker(b"other").text("bob@corp.com") != masker.text("bob@corp.com")


@pytest.mark.parametrize(
    "text",
    [
        "we will see, and a janet did", "Lin, Wein and Willy", "John Doe and Doe", "Jane's@example.com is no address",
        "A-12345, A-1234567 and BA-123456", "José O'Neill", "version 10.0.19.45 at 12:30:45", "jane@example.com",
    ],
)  # fmt: skip
def test_a_near_miss_stays(masker, text):
    assert masker.text(text) == text.replace("Jane", masker.text("Jane"))


def test_every_text_of_a_case_is_masked_and_nothing_else_changes(masker):
    case = Case(
        id="bob@corp.com",
        inputs={"m": [{"t": "bob@corp.com"}], "n": 3, "f": None},
        expected={"who": "Jane Doe"},
        cluster="bob@corp.com",
        tags={"from": "bob@corp.com", "k": "v"},
        where=None,
    )
    token = masker.text("bob@corp.com")

    masked = masker(case)

    assert (masked.id, masked.cluster, masked.tags) == (token, token, {"from": token, "k": "v"})
    assert masked.inputs == {"m": [{"t": token}], "n": 3, "f": None}
    assert kinds(masked.expected["who"]) == ["name"]
    assert masker(masked) == masked


def test_what_was_found_is_counted_by_kind_once(masker):
    case = Case(id="a", inputs={"t": "bob@corp.com and rob@corp.com, Will"}, where=None)

    masker(case)
    masker.stop_counting()
    masker(case)

    assert (masker.cases, dict(masker.found)) == (1, {"email": 2, "name": 1})


def test_a_kind_can_be_kept():
    assert Masker(b"k", keep=["email"]).text("bob@corp.com 81.2.69.142").startswith("bob@corp.com [ip-")


@pytest.mark.parametrize("pattern", ["x", "=x", "Name=x", "a=", "a=(", "a=x*"])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(BadInput):
        read_pattern(pattern)


def test_a_list_without_a_name_is_refused():
    with pytest.raises(BadInput, match="names nobody"):
        read_names("# nobody\n\n", "people.txt")
