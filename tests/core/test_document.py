"""YAML 1.2 and JSON as plain values that know where they stood; what is broken says where."""

import contextlib
import json
import math
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.document import MAX_DEPTH, MAX_REPEATED, parse_document
from assay.core.errors import BadInput
from assay.core.location import Location

numbers = st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)


def json_values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        st.none() | st.booleans() | numbers | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    )


def read(text: str) -> object:
    return parse_document(text, file="a.yaml").value


def refusal(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse_document(text, file="a.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # By YAML 1.1 these would be truth values, dates, sexagesimals, octals, or numbers with a gap.
        *((word, word) for word in ("yes", "no", "on", "off", "y", "n", "Yes", "NO")),
        ("2001-12-14", "2001-12-14"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("017", 17),
        # YAML 1.2's core schema.
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        ("0o17", 15),
        ("0x1F", 31),
        ("+12", 12),
        ("-7", -7),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
        ("nUll", "nUll"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        # Quotes and tags.
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!int '12'", 12),
        ("!!float 3", 3.0),
        ("!!bool 'true'", True),
        ("!!null ''", None),
    ],
)
def test_a_plain_word_means_what_yaml_1_2_says(text, value):
    found = read(f"a: {text}")

    assert found == {"a": value}
    assert isinstance(found, dict)
    assert type(found["a"]) is type(value)


def test_nan_is_read_as_nan():
    assert math.isnan(read(".nan"))  # type: ignore[arg-type]  # the test is whether it is one


@pytest.mark.parametrize("text", ["", "# a comment alone", "---", "\n\n"])
def test_an_empty_document_is_none(text):
    assert read(text) is None


def test_keys_are_text_whatever_they_look_like():
    assert read("1: a\ntrue: b\nnull: c\n") == {"1": "a", "true": "b", "null": "c"}


def test_the_directive_of_an_older_version_changes_nothing():
    assert read("%YAML 1.1\n---\na: yes") == {"a": "yes"}


def test_a_merge_key_is_a_key_like_any_other():
    assert read("a: &a {x: 1}\nb: {<<: *a}") == {"a": {"x": 1}, "b": {"<<": {"x": 1}}}


@given(json_values(st.text(st.characters(exclude_categories=["Cs"]), max_size=50)))
def test_json_is_read_as_json(value):
    assert read(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a": "\\ud83d\\ude00 \\u00e9"}', {"a": "😀 é"}, id="escaped-surrogate-pair"),
        pytest.param('["\\\\ud83d\\\\ude00"]', ["\\ud83d\\ude00"], id="escaped-backslash"),
        pytest.param('{\n\t"a": [\n\t\t1\n\t]\n}', {"a": [1]}, id="tabs"),
        pytest.param('{"a":"x","b":{"c":1}}', {"a": "x", "b": {"c": 1}}, id="no-spaces"),
        pytest.param('{"a": "x\\/y"}', {"a": "x/y"}, id="escaped-slash"),
    ],
)
def test_json_as_other_tools_write_it_is_read(text, value):
    assert read(text) == value


SAMPLE = "name: x\ninputs:\n  ticket:\n    examples: [one, 'two']\n  größe: {a: 1}\n"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("name",), (1, 7)),
        (("inputs",), (3, 3)),
        (("inputs", "ticket", "examples"), (4, 15)),
        (("inputs", "ticket", "examples", 1), (4, 21)),
        (("inputs", "größe", "a"), (5, 14)),
    ],
)
def test_every_node_knows_its_line_and_column(path, place):
    assert parse_document(SAMPLE, file="a.yaml").marks[path] == place


def test_a_place_names_file_line_column_and_path():
    document = parse_document(SAMPLE, file="a.yaml", first_line=10)

    assert document.at("inputs", "ticket", "examples", 0) == Location("a.yaml", 13, 16, "inputs.ticket.examples[0]")
    assert document.at_key("inputs", "ticket") == Location("a.yaml", 12, 3, "inputs.ticket")


def test_a_path_that_does_not_exist_stands_where_its_nearest_parent_stands():
    document = parse_document(SAMPLE, file="a.yaml")

    assert document.at("inputs", "ticket", "default", 3) == Location("a.yaml", 4, 5, "inputs.ticket.default[3]")
    assert document.at_key("inputs", "other").line == 1
    assert parse_document("", file="a.yaml").at() == Location("a.yaml", 1, 1)


def test_what_an_alias_repeats_stands_where_it_was_written():
    document = parse_document("a: &x\n  b: [1]\nc: *x\n", file="a.yaml")

    assert document.value == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert document.marks["c", "b", 0] == document.marks["a", "b", 0] == (2, 7)
    assert document.keys["c", "b"] == (2, 3)


def test_what_an_alias_repeats_is_a_copy():
    value = read("a: &x [1]\nb: *x\n")

    assert isinstance(value, dict)
    assert value["a"] is not value["b"]


@given(json_values(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=50)))
def test_every_mark_points_at_the_first_character_of_its_value(value):
    text = json.dumps(value, indent=1)
    lines = text.splitlines()
    document = parse_document(text, file="a.json")

    for path, (line, column) in document.marks.items():
        node = value
        for step in path:
            node = node[step]
        assert json.dumps(node, indent=1)[0] == lines[line - 1][column - 1]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        pytest.param("a: [1, 2", "document.syntax", 1, 9, id="open-bracket"),
        pytest.param("a: b: c", "document.syntax", 1, 5, id="two-colons"),
        pytest.param("a: 1\n\tb: 2", "document.syntax", 2, 1, id="tab"),
        pytest.param("a: %x", "document.syntax", 1, 4, id="reserved"),
        pytest.param("b: 1\na: \x01", "document.syntax", 2, 4, id="control-character"),
        pytest.param("b: 1\na: x\ud800", "document.syntax", 2, 5, id="half-a-surrogate-pair"),
        pytest.param("a: 1\n---\nb: 2", "document.second", 2, 1, id="second-document"),
        pytest.param("a: 1\nb: 2\na: 3", "document.duplicate_key", 3, 1, id="duplicate-key"),
        pytest.param("x:\n  'a': 1\n  a: 3", "document.duplicate_key", 3, 3, id="duplicate-key-quoted"),
        pytest.param("[1]: a", "document.key_not_text", 1, 1, id="list-as-key"),
        pytest.param("a: {b: 1}\n? *b\n: 2", "document.key_not_text", 2, 3, id="alias-as-key"),
        pytest.param("a: *b", "document.alias", 1, 4, id="alias-of-nothing"),
        pytest.param("a: &a [*a]", "document.alias_cycle", 1, 8, id="alias-of-itself"),
        pytest.param("a: !!python/name:os.system ''", "document.tag", 1, 4, id="tag-of-python"),
        pytest.param("a: !secret x", "document.tag", 1, 4, id="tag-of-a-project"),
        pytest.param("a: !!int x", "document.tag", 1, 4, id="tag-that-does-not-fit"),
        pytest.param("a: !!map [1]", "document.tag", 1, 4, id="tag-of-another-kind"),
        pytest.param("a: " + "9" * 1001, "document.number", 1, 4, id="endless-number"),
        pytest.param("a: 0x" + "f" * 99999, "document.number", 1, 4, id="endless-hexadecimal"),
    ],
)
def test_what_is_broken_says_where(text, code, line, column):
    error = refusal(text)

    assert (error.code, error.where and error.where.line, error.where and error.where.column) == (code, line, column)
    assert error.hint
    assert "\n" not in str(error)


def test_a_tab_gets_a_hint_of_its_own():
    assert refusal("a:\n\tb: 1").hint == "indent with spaces; YAML does not take tabs"


def test_a_key_that_stands_twice_says_where_it_stood_first():
    assert refusal("a: 1\nb: 2\na: 3").what == "the key 'a' stands twice (first on line 1)"


def test_the_first_line_can_be_another():
    with pytest.raises(BadInput) as caught:
        parse_document("a: [", file="p.md", first_line=7)

    assert str(caught.value).startswith("p.md:7:5:")


def laughs(levels: int, width: int) -> str:
    lines = [f"a0: &a0 [{', '.join(['ha'] * width)}]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels)]
    return "\n".join(lines)


def test_a_bomb_of_aliases_is_stopped_at_once():
    before = time.process_time()
    error = refusal(laughs(levels=20, width=9))

    assert error.code == "document.too_large"
    assert time.process_time() - before < 1


def test_many_honest_aliases_pass():
    count = MAX_REPEATED // 4
    value = read("base: &b {x: 1, y: 2}\nall:\n" + "- *b\n" * count)

    assert isinstance(value, dict)
    assert len(value["all"]) == count


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_endless_nesting_is_refused_and_crashes_nothing(opening):
    script = (
        "import sys; from assay.core.document import parse_document; from assay.core.errors import BadInput\n"
        f"try: parse_document({opening!r} * 300_000, file='a.yaml')\n"
        "except BadInput as error: print(error.code)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)

    assert result.returncode == 0
    assert result.stdout.strip() in {"document.too_deep", "document.key_not_text"}


def test_nesting_up_to_the_limit_passes():
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert refusal("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).code == "document.too_deep"


def test_aliases_cannot_nest_beyond_the_limit_either():
    lines = ["a0: &a0 [1]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, MAX_DEPTH + 5)]

    assert refusal("\n".join(lines)).code == "document.too_deep"


def test_a_hundred_thousand_nodes_take_little_time():
    text = "".join(f"- {{id: c{i}, tags: [a, b]}}\n" for i in range(20_000))
    before = time.process_time()
    document = parse_document(text, file="a.yaml")

    assert len(document.marks) == 20_000 * 5 + 1
    assert time.process_time() - before < 3


@given(st.text() | st.text("{}[]:,-&*!|>'\"%@`#? \n\tab1.~\\u\ud800", max_size=40))
def test_any_text_is_read_or_refused_with_its_place(text):
    with contextlib.suppress(BadInput):
        parse_document(text, file="a.yaml")
