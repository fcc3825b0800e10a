"""Whether a text is XML, what XML is in it, and where paths lead."""

import time
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.evaluate.measures.xml_text import contained_xml_problem, xml_problem

ORDER = """<?xml version="1.0"?>
<!DOCTYPE order SYSTEM "order.dtd">
<order id="7"><item>a</item><item>b<x:n xmlns:x="u"/></item><note kind="k">text</note><empty/></order>"""

NAMES = st.sampled_from(["a", "b", "long-name", "ns"])
TREES = st.recursive(
    st.text("xy <&é").map(escape),
    lambda inner: st.tuples(NAMES, st.lists(inner, max_size=3)).map(lambda t: f"<{t[0]}>{''.join(t[1])}</{t[0]}>"),
)


@pytest.mark.parametrize(
    "path",
    ["order", "order.item", "order.item.0", "order.item.1.x:n", "order.note.@_kind", "order.note.#text", "order.empty"],
)
def test_a_path_leads_through_elements_numbers_and_attributes(path):
    assert xml_problem(ORDER, [path]) is None


@pytest.mark.parametrize(
    "path",
    [
        "item",
        "order.item.2",
        "order.item.00",
        "order.item.x:n",
        "order.item.0.#text",
        "order.note.@_id",
        "order.empty.x",
    ],
)
def test_a_path_that_leads_nowhere_is_named(path):
    assert xml_problem(ORDER, ["order.item", path]) == f"it lacks {path}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is not well-formed: no element found, line 1"),
        ("plain", "it is not well-formed: syntax error, line 1"),
        ("<a><b></a>", "it is not well-formed: mismatched tag, line 1"),
        ("<a/>\n<b/>", "it is not well-formed: junk after document element, line 2"),
        ("<x:a/>", "it is not well-formed: unbound prefix, line 1"),
        ("<a>&nope;</a>", "it is not well-formed: undefined entity, line 1"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "it declares a document type of its own, which is not read"),
        ("<a>\ud800</a>", "it has half of a surrogate pair in it"),
    ],
)
def test_what_is_no_document_is_told_why(text, problem):
    assert xml_problem(text) == problem


@settings(max_examples=40)
@given(NAMES, st.lists(TREES, max_size=3))
def test_every_document_is_found_within_a_text_too(name, inner):
    document = f"<{name}>{''.join(inner)}</{name}>"

    assert xml_problem(document, [name]) is None
    assert contained_xml_problem(f"before {document} after", [name]) is None


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("Before <note><to>you</to></note> after", ["note.to"]),
        ("<a>1</a> and <b><c/></b>", ["a", "b.c"]),
        ("<item/><item/>", ["item.1"]),
        ("a <br> and <i x='>'>b</i>", ["i.@_x"]),
        ("<a></b><c>d</c>", ["c"]),
        ("<a><![CDATA[<b>]]></a>", ["a"]),
    ],
)
def test_elements_within_a_text_are_found(text, paths):
    assert contained_xml_problem(text, paths) is None


@pytest.mark.parametrize(
    ("text", "paths", "problem"),
    [
        ("3 < 4 and <br>", [], "there is no XML element in it"),
        ("<a>", [], "there is no XML element in it"),
        ("<!-- <a></a> -->", [], "there is no XML element in it"),
        ("<note><to/></note>", ["note.from", "to"], "it lacks note.from, to"),
        ("<item><n/></item><item/>", ["item.n"], "it lacks item.n"),
    ],
)
def test_elements_that_are_not_there_are_missed(text, paths, problem):
    assert contained_xml_problem(text, paths) == problem


@pytest.mark.parametrize("text", ["<a>" * 30_000, "<a '" * 30_000, "<a>" * 20_000 + "</a>" * 20_000, "<!" * 30_000])
def test_a_hostile_text_takes_no_longer_than_a_friendly_one(text):
    started = time.process_time()
    contained_xml_problem(text, ["a.a"])
    xml_problem(text, ["a.a"])

    assert time.process_time() - started < 4
