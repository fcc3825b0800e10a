"""Canonical JSON by RFC 8785, and the digests made from it."""

import hashlib
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.canonical import canonical_json, digest, digest_bytes
from assay.core.errors import BadInput

SAFE = 2**53 - 1
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

# RFC 8785, appendix B: the bits of an IEEE 754 double, and its only correct text.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items(), ids=NUMBERS.values())
def test_numbers_are_written_as_the_standard_says(bits, text):
    (value,) = struct.unpack(">d", bytes.fromhex(bits))

    assert canonical_json(value).decode() == text


def test_keys_sort_by_their_utf16_code_units():
    # RFC 8785, section 3.2.3: a surrogate pair sorts before U+FB33.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\u00f6"]

    ordered = list(json.loads(canonical_json(dict.fromkeys(keys))))

    assert ordered == ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_escape_only_what_they_must():
    assert canonical_json('\u20ac$\x0f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


@given(json_values)
def test_reading_the_canonical_form_gives_the_value_back(value):
    # As doubles: the standard writes 6.8e16 as 68000000000000000, which Python would read as an integer.
    assert json.loads(canonical_json(value), parse_int=float) == value


@given(st.dictionaries(st.text(), json_values), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(value, random):
    items = list(value.items())
    random.shuffle(items)

    assert digest(dict(items)) == digest(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(2**53, id="integer-too-large"),
        pytest.param(float("nan"), id="nan"),
        pytest.param(float("inf"), id="infinite"),
        pytest.param({1: "a"}, id="key-not-text"),
        pytest.param({"a": {1, 2}}, id="set"),
        pytest.param("\ud800", id="half-a-surrogate-pair"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(BadInput) as caught:
        canonical_json(value)

    assert caught.value.code == "canonical.not_json"


def test_a_digest_is_the_hash_of_the_canonical_bytes():
    assert digest({"b": 1, "a": 2.0}) == "sha256:" + hashlib.sha256(b'{"a":2,"b":1}').hexdigest()
    assert digest_bytes(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_endless_nesting_has_no_canonical_form():
    value: object = 1
    for _ in range(100_000):
        value = [value]

    with pytest.raises(BadInput):
        canonical_json(value)
