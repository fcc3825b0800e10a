"""Entries of a mapping come out with their type, or as one sentence with their place."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields, describe

TEXT = """\
text: hello
empty: ''
blank: '  '
nothing: null
flag: false
whole: 3
part: 0.5
one: a
many: [a, b]
mixed: [a, 2]
sub:
  deep: [{x: 1}]
"""


def fields(text: str = TEXT) -> Fields:
    return Fields(parse_document(text, file="a.yaml"), code="thing")


def refusal(act: Callable[[], object]) -> BadInput:
    with pytest.raises(BadInput) as caught:
        act()
    return caught.value


def test_each_kind_comes_out_as_it_was_written():
    found = fields()

    assert found.text("text") == found.need_text("text") == "hello"
    assert found.text("empty") == ""
    assert found.flag("flag", default=True) is False
    assert (found.integer("whole"), found.number("whole"), found.number("part")) == (3, 3.0, 0.5)
    assert (found.texts("one"), found.texts("many")) == (("a",), ("a", "b"))
    assert found.items("mixed") == ["a", 2]
    assert found.mapping("sub") == {"deep": [{"x": 1}]}
    assert found.sub("sub", "deep", 0).integer("x") == 1


@pytest.mark.parametrize("key", ["nothing", "absent"])
def test_what_is_absent_or_null_is_the_empty_value_of_its_kind(key):
    found = fields()

    assert (found.text(key), found.integer(key), found.number(key), found.raw(key)) == (None, None, None, None)
    assert (found.texts(key), found.items(key), found.mapping(key)) == ((), [], {})
    assert found.flag(key, default=True) is True
    assert refusal(lambda: found.required(key)).what == f"the key {key!r} is missing"


@pytest.mark.parametrize(
    ("act", "what", "hint", "line"),
    [
        (lambda f: f.text("whole"), "whole is 3", "write text", 6),
        (lambda f: f.need_text("empty"), "empty is ''", "write text that is not empty", 2),
        (lambda f: f.need_text("blank"), "blank is '  '", "write text that is not empty", 3),
        (lambda f: f.flag("text", default=False), "text is 'hello'", "write true or false", 1),
        (lambda f: f.integer("part"), "part is 0.5", "write a whole number", 7),
        (lambda f: f.integer("flag"), "flag is False", "write a whole number", 5),
        (lambda f: f.integer("whole", least=4), "whole is 3", "write a whole number of at least 4", 6),
        (lambda f: f.number("text"), "text is 'hello'", "write a number", 1),
        (lambda f: f.number("flag"), "flag is False", "write a number", 5),
        (lambda f: f.number("whole", least=0, most=1), "whole is 3", "write a number from 0 to 1", 6),
        (lambda f: f.number("whole", least=4), "whole is 3", "write a number of at least 4", 6),
        (lambda f: f.number("whole", most=1), "whole is 3", "write a number of at most 1", 6),
        (lambda f: f.texts("whole"), "whole is 3", "write a list of texts", 6),
        (lambda f: f.texts("mixed"), "mixed[1] is 2", "write text", 10),
        (lambda f: f.items("text"), "text is 'hello'", "write a list", 1),
        (lambda f: f.mapping("many"), "many is a list", "write a mapping", 9),
        (lambda f: f.sub("text"), "text is 'hello'", "write a mapping of keys to values", 1),
        (lambda f: f.sub("sub", "deep"), "sub.deep is a list", "write a mapping of keys to values", 12),
    ],
)
def test_a_wrong_type_says_what_it_is_and_what_it_should_be(act, what, hint, line):
    error = refusal(lambda: act(fields()))

    assert (error.what, error.hint, error.code) == (what, hint, "thing.wrong_type")
    assert error.where is not None
    assert error.where.line == line


def test_a_missing_key_names_the_mapping_that_lacks_it():
    error = refusal(lambda: fields().sub("sub").required("name"))

    assert error.what == "the key 'name' is missing in sub"
    assert error.where is not None
    assert error.where.path == "sub"


def test_a_text_out_of_a_list_of_texts_suggests_the_nearest():
    error = refusal(lambda: fields("risk: hihg").text("risk", one_of=("low", "high")))

    assert (error.what, error.hint) == ("'risk' is 'hihg'; it can be low, high", "did you mean 'high'?")
    assert error.code == "thing.risk"
    error = refusal(lambda: fields("risk: critical").text("risk", one_of=("low", "high")))
    assert (error.what, error.hint) == ("'risk' is 'critical'", "it can be low, high")
    assert fields("risk: low").text("risk", one_of=("low", "high")) == "low"


def test_a_document_that_is_no_mapping_is_refused_at_once():
    assert refusal(lambda: fields("- a")).what == "the document is a list"
    assert refusal(lambda: fields("")).what == "the document is nothing"


def test_closing_refuses_the_first_key_that_nobody_asked_for():
    found = fields("name: a\nonwer: b\n")
    found.text("name")
    found.text("owner")

    error = refusal(found.close)

    assert (error.what, error.hint) == ("the key 'onwer' is not known here", "did you mean 'owner'?")
    assert (error.code, str(error.where)) == ("thing.unknown_key", "a.yaml:2:1 (onwer)")


keys = st.text("abcdef", min_size=1, max_size=4)


@given(st.dictionaries(keys, st.integers(), min_size=1), st.sets(keys))
def test_closing_is_silent_exactly_when_every_key_was_asked_for(written, asked):
    found = fields("\n".join(f"'{key}': {value}" for key, value in written.items()))
    for key in asked:
        found.raw(key)

    if written.keys() <= asked:
        found.close()
    else:
        assert refusal(found.close).what == f"the key {next(k for k in written if k not in asked)!r} is not known here"


def test_looking_whether_a_key_is_there_counts_as_asking():
    found = fields("a: 1")

    assert "a" in found
    assert "b" not in found
    assert list(found) == ["a"]
    found.close()


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "nothing"), ({}, "a mapping"), ([1], "a list"), ("a", "'a'"), (True, "True"), ("x" * 99, f"'{'x' * 56}…")],
)
def test_a_value_is_described_briefly(value, said):
    assert describe(value) == said
