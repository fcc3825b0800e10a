"""JSON within a text, and as a whole."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.json_text import NotJson, json_objects, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Sure: {"name": "Ada"} and [1, 2]', [{"name": "Ada"}]),
        ('```json\n{"a": [1, {"b": null}]}\n```', [{"a": [1, {"b": None}]}]),
        ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
        ("{'a': 1, b: [x,],}", [{"a": 1, "b": ["x"]}]),
        ('{"a": 1, // why\n "b": 2}', [{"a": 1, "b": 2}]),
        ('{"a": "cut off", "b": {"c": 1', [{"a": "cut off", "b": {"c": 1}}]),
        ('{"a": "}"}', [{"a": "}"}]),
        ("[1, 2] is a list", []),
        ("no braces", []),
        ("{", []),
        ("{a: &x [1], b: *x}", []),
    ],
)
def test_objects_are_found_in_a_text(text, found):
    assert list(json_objects(text)) == found


@given(st.text(st.characters(exclude_characters="{}")), st.dictionaries(st.text(), VALUES))
def test_an_object_is_found_whatever_stands_before_it(before, value):
    import json

    assert list(json_objects(before + json.dumps(value))) == [value]


@pytest.mark.parametrize("text", ["{" * 30_000, '{"a":' * 20_000, "{a}" * 20_000 + "{", "{}" * 1000 + "}{" * 1000])
def test_a_text_of_nothing_but_braces_ends(text):
    started = time.process_time()
    sum(1 for _ in json_objects(text))

    assert time.process_time() - started < 8


@given(VALUES)
def test_a_whole_text_is_read(value):
    import json

    assert read_json(f" {json.dumps(value)}\n") == value


def test_half_of_a_surrogate_pair_is_json_too():
    assert read_json('"\\ud83d"') == "\ud83d"


@pytest.mark.parametrize("text", ["", "{a: 1}", "NaN", "[1,]", "\ufeff1", "1 2", "[" * 100_000, "'a'"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(NotJson):
        read_json(text)
