"""YAML that is written here says the same to a reader of YAML 1.2 and to one of 1.1."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assay.author.exchange.yaml_text import dump_yaml
from assay.core.document import parse_document

_text = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\x85\u2028\u2029\ufeff"), max_size=30
)
_scalar = _text | st.integers(-(10**9), 10**9) | st.booleans() | st.none() | st.floats(allow_nan=False, width=32)
_value = st.recursive(
    _scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3), max_leaves=10
)


@given(_value)
def test_what_is_written_is_read_back(value: object) -> None:
    text = dump_yaml({"key": value})

    assert parse_document(text, file="a").value == {"key": value}
    assert yaml.safe_load(text) == {"key": value}


@pytest.mark.parametrize(
    "text", ["0o17", "1e5", "1_000", "yes", "no", "~", "null", "2027-05-01", "12:30:00", ".5", "+1", "0x1f", "a: b"]
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert parse_document(dump_yaml({"key": text}), file="a").value == {"key": text}


def test_short_things_stand_on_one_line_and_long_text_in_a_block() -> None:
    assert dump_yaml({"a": {"b": 1, "c": [1, 2]}, "d": {"e": 1}, "f": "x\ny\n"}) == (
        "a:\n  b: 1\n  c: [1, 2]\nd: {e: 1}\nf: |\n  x\n  y\n"
    )
